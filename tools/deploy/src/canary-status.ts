/** How far a canary is, as the cluster alone tells it. */
export interface CanaryState {
  readonly image: string;
  readonly stableImage: string;
  /** From 1; "promoting": the service takes its pods. */
  readonly step: number | 'promoting';
  /** Percent of the requests that it gets. */
  readonly share: number;
  readonly pods: number;
  readonly ready: number;
  /** When its step began, by the server's clock. */
  readonly since: string;
  readonly order?: 'promote' | 'abort';
}

/** What is known of a service's canary from the cluster alone. */
export interface CanaryStatus {
  readonly service: string;
  readonly namespace: string;
  /** Absent when none is under way. */
  readonly canary?: CanaryState;
}

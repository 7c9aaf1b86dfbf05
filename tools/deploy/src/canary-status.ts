/** What is known of a service's canary from the cluster alone. */
export interface CanaryStatus {
  readonly service: string;
  readonly namespace: string;
  /** Absent when none is under way. */
  readonly canary?: {
    readonly image: string;
    readonly stableImage: string;
    /** From 1; "promoting": the service takes its pods. */
    readonly step: number | 'promoting';
    /** Percent of the requests that it gets. */
    readonly share: number;
    readonly pods: number;
    readonly ready: number;
    readonly order?: 'promote' | 'abort';
  };
}

/** What a canary tells on its way. */
export type CanaryEvent =
  | {
      readonly type: 'canary-planned';
      readonly name: string;
      readonly mode: 'route' | 'replicas';
      readonly steps: readonly { readonly weight: number; readonly seconds: number }[];
      readonly stableReplicas: number;
      readonly stableImage: string;
    }
  | { readonly type: 'canary-left-out'; readonly because: string }
  | {
      readonly type: 'canary-shifted';
      /** From 1; one beyond the last: the service takes the new pods. */
      readonly step: number;
      readonly steps: number;
      readonly mode: 'route' | 'replicas';
      /** Percent of the requests that the step asks for. */
      readonly weight: number;
      /** Percent of the requests that the canary gets. */
      readonly share: number;
      readonly seconds: number;
      readonly pods: number;
      readonly stableReplicas: number;
    }
  | ({
      readonly type: 'canary-checked';
      readonly step: number;
      readonly steps: number;
      readonly pods: number;
      /** Golden predictions that each pod gave as trained; 0 when there is nothing to compare with. */
      readonly rows: number;
    } & CanaryErrors)
  | { readonly type: 'canary-promoting'; readonly skipped: number }
  | { readonly type: 'canary-aborting'; readonly because: string }
  | { readonly type: 'canary-ordered'; readonly order: 'promote' | 'abort'; readonly service: string };

/** What the pods' own figures say of a step; "unknown": they tell none. */
export type CanaryErrors =
  | { readonly errors: 'good' | 'too-few'; readonly requests: number; readonly failed: number }
  | { readonly errors: 'unknown' };

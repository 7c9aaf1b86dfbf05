import type { Cluster, ClusterAccess } from './cluster/index.ts';
import type { DeployEvent } from './report/index.ts';

/** Time, as the waits need it. */
export interface Clock {
  nowMs(): number;
  /** Resolves after the time, or as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Everything outside that a deploy touches, given by the door. */
export interface World {
  readonly clock: Clock;
  connect(access: ClusterAccess): Promise<Cluster>;
  report(event: DeployEvent): void;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal?: AbortSignal;
}

import type { Result } from '@modelyard/core';
import type { ResolvedImage } from '@modelyard/image';
import type { Cluster, ClusterAccess } from './cluster/index.ts';
import type { DeployEvent } from './report/index.ts';

/** Time, as the waits need it. */
export interface Clock {
  nowMs(): number;
  /** Resolves after the time, or as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls again and again until it is told to stop; keeps no process alive. */
  every(ms: number, action: () => void): () => void;
}

/** Everything outside that a deploy touches, given by the door. */
export interface World {
  readonly clock: Clock;
  connect(access: ClusterAccess): Promise<Cluster>;
  /** `service` is given where several are deployed at once. */
  report(event: DeployEvent, service?: string): void;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal?: AbortSignal;
  /** Who deploys, for the lock and the history: `ann@laptop, process 4711`. */
  readonly holder: string;
  /** How long the lock of a process that died stays; left out, half a minute. */
  readonly leaseSeconds?: number;
  /** Asks the registry what a reference stands for; absent, no registry is asked. */
  resolveImage?(ref: string): Promise<Result<ResolvedImage>>;
  /** Asks whoever sits at the terminal; absent where nobody does. */
  ask?(question: string): Promise<string>;
  /** Brings an image of this machine into the cluster; needed where the environment's delivery is "load". */
  deliver?(image: string, context: string): Promise<void>;
}

import type { KubeNode, LiveDeployment, LiveEvent, LivePod, LiveReplicaSet } from '../kube/index.ts';

/** Everything that a rollout is judged by, as last seen. */
export interface Rollout {
  readonly deployment?: LiveDeployment;
  readonly replicaSets: readonly LiveReplicaSet[];
  readonly pods: readonly LivePod[];
  readonly events: readonly LiveEvent[];
  /** When the controller gave an earlier rollout up: it says so until there is progress. */
  readonly gaveUpBefore?: string;
  /** Undefined when we may not read nodes. */
  readonly nodes?: readonly KubeNode[];
  /** Pools that an autoscaler may add nodes to; undefined when that could not be seen. */
  readonly growth?: readonly string[];
  /** The last answer of GET /health by pod name. */
  readonly health: ReadonlyMap<string, HealthAnswer>;
}

export interface HealthAnswer {
  readonly status: number;
  readonly text: string;
}

/** Why a rollout is not ready. */
export interface Cause {
  /** Stable, for machines: `image-pull`. */
  readonly code: string;
  /** `pod/churn-7d9-x2`. */
  readonly where: string;
  readonly what: string;
  readonly remedy: string;
  /** How long this may last before the rollout counts as doomed; `Infinity` leaves it to the deadline. */
  readonly graceSeconds: number;
  /** The pod whose log explains it. */
  readonly pod?: string;
  /** The container of that pod; left out, the service's own. */
  readonly container?: string;
  /** More lines about it. */
  readonly details?: readonly string[];
}

export type Readiness =
  | { readonly state: 'ready'; readonly pods: readonly LivePod[] }
  | { readonly state: 'waiting'; readonly because: string; readonly causes: readonly Cause[] }
  | { readonly state: 'failed'; readonly because: Cause };

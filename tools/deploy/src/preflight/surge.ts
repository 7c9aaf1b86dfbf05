import { NEW_FIRST, OLD_FIRST, type RollingUpdate } from '../kube/index.ts';

/** Pods of a service that a cluster has room for. */
export interface Room {
  /** Beside all that runs. */
  readonly free: number;
  /** Once the service's own pods are gone. */
  readonly whole: number;
}

/**
 * How pods are replaced without waiting for room that never comes: the service's running pods hold their places until they
 * leave. Undefined when the wanted ones fit in no way.
 */
export function chooseRollingUpdate(replicas: number, running: number, room: Room): RollingUpdate | undefined {
  if (replicas > room.whole) return undefined;
  return room.free >= roomForSurge(replicas, running) ? NEW_FIRST : OLD_FIRST;
}

/** Free places with which a new pod starts first from beginning to end. */
export const roomForSurge = (replicas: number, running: number): number => Math.max(1, replicas + NEW_FIRST.maxSurge - running);

/** Pods beyond the wanted number and short of it: numbers, or shares such as "25%". */
export interface RolloutLimits {
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
}

/** The limits in pods, as the Deployment controller takes them: a surge is rounded up, a lack down, and one of them is at least 1. */
export function limitsInPods(limits: RolloutLimits, replicas: number): RollingUpdate {
  const maxSurge = Math.ceil(podsOf(limits.maxSurge, replicas));
  const maxUnavailable = Math.floor(podsOf(limits.maxUnavailable, replicas));
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

const podsOf = (limit: number | string, replicas: number): number =>
  typeof limit === 'number' ? limit : (Number.parseInt(limit, 10) * replicas) / 100;

/**
 * Free places without which a rollout waits for ever in which no pod leaves before a new one runs, however many it may surge by:
 * where the number of pods changes, the controller first scales the old ones to it, and then one place more has to be there.
 */
export const leastRoom = (replicas: number, running: number): number => Math.max(0, replicas + 1 - running);

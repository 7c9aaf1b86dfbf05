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

/** Free places that a rollout needs in which no pod leaves before a new one runs. */
export const roomForSurge = (replicas: number, running: number): number => Math.max(1, replicas + NEW_FIRST.maxSurge - running);

import type { TrafficMode } from './traffic.ts';

/**
 * The pods of the canary for a weight. Behind a route, as many as carry that part of the load. Behind one Service, as many as come
 * nearest to the weight beside all pods of the version that serves, which keeps them: so an abort needs no new pod, and the
 * canary gets half of the requests at most.
 */
export function canaryReplicas(mode: TrafficMode, weight: number, stable: number): number {
  if (mode === 'route') return Math.max(1, Math.ceil((stable * weight) / 100));
  const exact = weight >= 100 ? stable : (stable * weight) / (100 - weight);
  return Math.min(stable, Math.max(1, nearest(exact, weight, stable)));
}

/** Which of the two whole numbers around the exact one gives the share nearer to the weight. */
function nearest(exact: number, weight: number, stable: number): number {
  const [less, more] = [Math.floor(exact), Math.ceil(exact)];
  const off = (pods: number): number => Math.abs(podShare(pods, stable) - weight);
  return off(less) <= off(more) ? less : more;
}

/** The percentage of pods that are the canary's. */
export function podShare(canary: number, stable: number): number {
  return canary === 0 ? 0 : (100 * canary) / (canary + stable);
}

/** The percentage of the requests that a weight really gives to the canary. */
export function realShare(mode: TrafficMode, weight: number, canary: number, stable: number): number {
  return mode === 'route' ? weight : podShare(canary, stable);
}

import { findCauses, isCurrent } from './causes.ts';
import { newPods, newReplicaSet } from './select.ts';
import type { Cause, Readiness, Rollout } from './types.ts';

/** When each cause was first seen, in milliseconds of the caller's clock. */
export type Sightings = ReadonlyMap<string, number>;

/** Ready, waiting or failed; a cause fails the rollout once it has lasted longer than its grace. */
export function judgeRollout(rollout: Rollout, sightings: Sightings, nowMs: number): Readiness {
  if (isReady(rollout)) return { state: 'ready', pods: newPods(rollout) };
  const causes = findCauses(rollout);
  const doomed = causes.find((cause) => nowMs - (sightings.get(sightingKey(cause)) ?? nowMs) >= cause.graceSeconds * 1000);
  if (doomed) return { state: 'failed', because: doomed };
  return { state: 'waiting', because: causes[0] ? describeCause(causes[0]) : progressOf(rollout), causes };
}

/** The sightings with this rollout's causes added, and those dropped that are gone. */
export function noteCauses(rollout: Rollout, sightings: Sightings, nowMs: number): Sightings {
  return new Map(findCauses(rollout).map((cause) => [sightingKey(cause), sightings.get(sightingKey(cause)) ?? nowMs]));
}

/** How far the rollout is, in one line. */
export function progressOf(rollout: Rollout): string {
  const { deployment } = rollout;
  if (!deployment || !isCurrent(rollout)) return 'the rollout starts';
  const wanted = deployment.spec.replicas ?? 1;
  const ready = newPods(rollout).filter((pod) => pod.status?.containerStatuses?.every((status) => status.ready)).length;
  const leaving = (deployment.status?.replicas ?? 0) - (deployment.status?.updatedReplicas ?? 0);
  return `${ready}/${wanted} ready${leaving > 0 ? `, ${leaving} old to stop` : ''}`;
}

/** Equal for a cause that is seen again. */
export const sightingKey = (cause: Cause): string => `${cause.code} ${cause.where}`;

const describeCause = (cause: Cause): string => `${cause.where}: ${cause.what}`;

/** All pods are of the new template and available, and no old one is counted any more. */
function isReady(rollout: Rollout): boolean {
  const { deployment } = rollout;
  if (!deployment || !isCurrent(rollout)) return false;
  const wanted = deployment.spec.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  const settled = updatedReplicas >= wanted && replicas <= updatedReplicas && availableReplicas >= wanted;
  return settled && newReplicaSet(rollout) !== undefined && newPods(rollout).length >= wanted;
}

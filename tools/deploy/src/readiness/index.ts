export { findCauses } from './causes.ts';
export { GRACES } from './graces.ts';
export { probeEvent } from './pod-events.ts';
export { followProgress } from './progress.ts';
export { judgeRollout, noteCauses, progressOf, type Sightings, sightingKey } from './readiness.ts';
export { newPods, newReplicaSet } from './select.ts';
export type { Cause, HealthAnswer, Readiness, Rollout } from './types.ts';

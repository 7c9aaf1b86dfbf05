export { findCauses } from './causes.ts';
export { probeEvent } from './container.ts';
export { judgeRollout, noteCauses, progressOf, type Sightings } from './readiness.ts';
export { newPods, newReplicaSet } from './select.ts';
export type { Cause, HealthAnswer, Readiness, Rollout } from './types.ts';

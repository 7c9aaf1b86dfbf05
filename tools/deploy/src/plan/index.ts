export { additionsOf } from './additions.ts';
export { applyPlan } from './apply.ts';
export { compareWithLive, isAsApplied } from './compare.ts';
export { appliedAt, driftOf, HANDOVER_MANAGER, ownsEveryField, type TakenField } from './ownership.ts';
export { type Change, type Comparison, comparable, isUnchanged, type Plan, planChanges } from './plan.ts';
export { firstReplicas, leaveReplicas, leavesFirst } from './replicas.ts';
export { APPLIED_HASH_ANNOTATION, hashOf, stampHash } from './stamp.ts';

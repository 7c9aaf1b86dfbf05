export { applyPlan } from './apply.ts';
export { compareWithLive } from './compare.ts';
export { type Change, type Comparison, isUnchanged, type Plan, planChanges } from './plan.ts';

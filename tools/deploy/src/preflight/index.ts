export type { CanaryPods } from './canary-pods.ts';
export { askRights } from './missing-rights.ts';
export { expectReleaseRights, preflight } from './preflight.ts';
export { groupOf, RIGHTS_TO_LOOK, type Rights, rightsToDeploy, rightsToManage, ruleName } from './rights.ts';
export type { PlacedPod, SchedulingSpec } from './scheduling.ts';

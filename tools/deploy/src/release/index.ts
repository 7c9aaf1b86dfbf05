export { type BroughtUp, bringUp, compareRelease, isLive, planIfLive, planInNewNamespace, planRelease, readStanding } from './bring-up.ts';
export type { GpuWishes } from './gpu-wishes.ts';
export { UnprovedError } from './interrupted.ts';
export { type Proof, proveRelease } from './prove.ts';
export { inLiveWay, membersOf, type Release, releaseHash } from './release.ts';
export { keepServed } from './served.ts';

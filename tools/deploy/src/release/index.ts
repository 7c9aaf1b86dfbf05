export { type BroughtUp, bringUp, compareRelease, isLive, planIfLive, planInNewNamespace, planRelease, readStanding } from './bring-up.ts';
export { UnprovedError } from './interrupted.ts';
export { type Proof, proveRelease } from './prove.ts';
export { membersOf, type Release, releaseHash } from './release.ts';
export { keepServed } from './served.ts';
export { type Standing, surveyReleases } from './survey.ts';

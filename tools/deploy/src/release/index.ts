export {
  type BroughtUp,
  bringUp,
  compareRelease,
  isLive,
  planIfLive,
  planInNewNamespace,
  planRelease,
  readStanding,
  readStandings,
} from './bring-up.ts';
export { carryOut } from './carry-out.ts';
export type { GpuWishes } from './gpu-wishes.ts';
export { UnprovedError } from './interrupted.ts';
export { readOnceGone } from './leaving.ts';
export { type Proof, proveRelease } from './prove.ts';
export { inLiveWay, membersOf, type Release, releaseHash, waitTimeOf } from './release.ts';
export { expectRouteTaken, refusalOf, routeConfirmer } from './route.ts';
export { keepServed } from './served.ts';
export { type Standing, surveyReleases } from './survey.ts';

export { ROOT, trackedFiles } from './sources.ts';
export { hashOfInputs, provedBefore, rememberProof, type Stamp } from './stamps.ts';

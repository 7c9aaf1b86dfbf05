export { parseQuantity } from '@modelyard/core';
export { canonicalJson, sha256Of } from './canonical.ts';
export { differingPaths, equalJson } from './equal.ts';
export * from './object.ts';
export type * from './rollout.ts';

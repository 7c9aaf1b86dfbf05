export { parseQuantity } from '@modelyard/core';
export { canonicalJson, sha256Of } from './canonical.ts';
export { differingPaths, equalJson } from './equal.ts';
export { poolOf } from './node-pool.ts';
export * from './object.ts';
export * from './rolling-update.ts';
export type * from './rollout.ts';
export { selectorOf } from './selector.ts';
export { type Taint, type Toleration, tolerates } from './tolerations.ts';

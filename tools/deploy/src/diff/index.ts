export { diffObjects, type ObjectDiff } from './object-diff.ts';
export { unifiedDiff } from './unified.ts';

export type { CanaryErrors } from './canary-events.ts';
export { formatCanary } from './canary-text.ts';
export { causesOnce } from './causes-once.ts';
export type { DeployEvent, Finding, Note } from './events.ts';
export { formatEventJson, formatFailureJson, formatLookJson } from './json.ts';
export { type LiveTable, openLiveTable, type Screen } from './live-table.ts';
export { formatDiff, formatHistory, formatStatus } from './looks.ts';
export type { TextStyle } from './style.ts';
export { formatEvent, formatFailure } from './text.ts';

export type { DeployEvent, Note } from './events.ts';
export { formatEventJson, formatFailureJson } from './json.ts';
export { formatDiff, formatHistory, formatStatus } from './looks.ts';
export type { TextStyle } from './style.ts';
export { formatEvent, formatFailure } from './text.ts';

export type { DeployEvent } from './events.ts';
export { formatEventJson, formatFailureJson } from './json.ts';
export { formatEvent, formatFailure, formatStatus, type TextStyle } from './text.ts';

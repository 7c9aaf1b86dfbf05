import type { Problem } from '@modelyard/core';
import { describeObject, refOf } from '../kube/index.ts';
import type { DeployEvent } from './events.ts';

/** Version of the JSON lines: raised when a key changes its meaning. */
export const SCHEMA_VERSION = 1;

/** One event as one line of JSON; objects are named, their content is left out. */
export function formatEventJson(event: DeployEvent, service?: string): string {
  const head = { schema: SCHEMA_VERSION, type: event.type, ...(service === undefined ? {} : { service }) };
  if (event.type !== 'planned') return JSON.stringify({ ...head, ...event });
  const changes = event.plan.changes.map((change) => ({
    action: change.action,
    object: describeObject(refOf(change.object)),
    ...(change.action === 'update' ? { fields: change.fields, ...(change.repairs ? { repairs: change.repairs } : {}) } : {}),
  }));
  return JSON.stringify({ ...head, dryRun: event.dryRun, changes });
}

/** What a command that looks has found, as JSON; what is without end has no number there and is left out. */
export function formatLookJson(found: object, indent?: number): string {
  const finite = (_key: string, value: unknown) => (value === Number.POSITIVE_INFINITY ? undefined : value);
  return JSON.stringify({ schema: SCHEMA_VERSION, ...found }, finite, indent);
}

/** Problems as one line of JSON. */
export function formatFailureJson(problems: readonly Problem[]): string {
  return JSON.stringify({ schema: SCHEMA_VERSION, type: 'failed', problems });
}

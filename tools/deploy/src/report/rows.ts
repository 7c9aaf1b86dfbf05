import { assertNever } from '@modelyard/core';
import type { DeployEvent } from './events.ts';
import { count } from './style.ts';

/** Where the deploy of one service of many is. */
export type RowState =
  | 'queued'
  | 'checking'
  | 'loading'
  | 'applying'
  | 'rolling out'
  | 'proving'
  | 'rolling back'
  | 'done'
  | 'failed'
  | 'stopped';

export interface Row {
  readonly service: string;
  readonly state: RowState;
  /** When the state began, by the caller's clock. */
  readonly sinceMs: number;
  /** What it waits for, or why it failed; one line. */
  readonly cause: string;
}

/** A service whose turn has not come. */
export const queuedRow = (service: string, nowMs: number): Row => ({ service, state: 'queued', sinceMs: nowMs, cause: '' });

/** The row after an event; its time goes on while the state stays. */
export function nextRow(row: Row, event: DeployEvent, nowMs: number): Row {
  const { state, cause } = { ...row, ...changeBy(event, row) };
  return { ...row, state, cause, sinceMs: state === row.state ? row.sinceMs : nowMs };
}

function changeBy(event: DeployEvent, row: Row): Partial<Pick<Row, 'state' | 'cause'>> {
  switch (event.type) {
    case 'started':
      return { state: 'checking', cause: '' };
    case 'planned':
      return planned(event);
    case 'delivering':
      return { state: 'loading', cause: event.image };
    case 'applied':
      return { state: 'applying', cause: `${event.action}d ${event.object}` };
    case 'waiting':
      return { state: row.state === 'rolling back' ? row.state : 'rolling out', cause: event.because };
    case 'cause':
      return { cause: `${event.cause.where}: ${event.cause.what}` };
    case 'ready':
      return { state: row.state === 'rolling back' ? row.state : 'proving', cause: `${count(event.pods.length, 'pod')} ready` };
    case 'rolling-back':
      return { state: 'rolling back', cause: `to revision ${event.to}` };
    case 'recorded':
      return { cause: `revision ${event.revision}` };
    case 'deployed':
      return { state: 'done', cause: row.cause };
    case 'gone':
      return { state: 'done', cause: 'gone' };
    case 'left':
      return { cause: event.because };
    case 'failed':
      return failed(event);
    case 'promoting':
      return { cause: `revision ${event.revision} of ${event.from}` };
    case 'canary-shifted':
      return { state: 'rolling out', cause: `canary: step ${event.step} of ${event.steps}, ${Math.round(event.share)} % of the requests` };
    case 'canary-aborting':
      return { state: 'rolling back', cause: event.because };
    case 'canary-promoting':
      return { state: 'applying', cause: 'the canary is promoted' };
    case 'canary-planned':
    case 'canary-left-out':
    case 'canary-checked':
    case 'canary-ordered':
    case 'noted':
    case 'surge':
    case 'verified':
    case 'not-verified':
    case 'deleted':
    case 'summary':
      return {};
    default:
      return assertNever(event);
  }
}

function planned({ plan, dryRun }: DeployEvent & { type: 'planned' }): Partial<Row> {
  const changes = plan.changes.filter((change) => change.action !== 'keep').length;
  const cause = changes === 0 ? 'nothing changes' : `${count(changes, 'change')}`;
  if (dryRun) return { state: 'done', cause };
  return changes === 0 ? { state: 'proving', cause } : { state: 'applying', cause };
}

function failed({ problems }: DeployEvent & { type: 'failed' }): Partial<Row> {
  const [first] = problems;
  const state = problems.every((problem) => problem.code === 'interrupted') ? 'stopped' : 'failed';
  return { state, cause: first ? `${first.code}  ${first.where}: ${first.what}` : '' };
}

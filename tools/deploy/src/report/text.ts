import { assertNever, formatProblem, type Problem } from '@modelyard/core';
import { describeObject, refOf } from '../kube/index.ts';
import { type Change, leavesFirst, type Plan } from '../plan/index.ts';
import type { DeployEvent, Note } from './events.ts';
import { count, type Paint, painter, type TextStyle } from './style.ts';

const SHOWN_FIELDS = 5;

/** One event as lines for a terminal or a log. */
export function formatEvent(event: DeployEvent, style: TextStyle): string {
  const paint = painter(style);
  switch (event.type) {
    case 'started':
      return `deploy   ${event.service} to ${event.environment} (context ${event.context}, ns/${event.namespace})\nimage    ${event.image}`;
    case 'noted':
      return formatNote(event, paint);
    case 'planned':
      return formatPlan(event.plan, event.dryRun, style, paint);
    case 'delivering':
      return `load     ${event.image} into the cluster`;
    case 'applied':
      return `${paint(event.action === 'create' ? 'green' : 'yellow', `${event.action}d`.padEnd(8))} ${event.object}`;
    case 'waiting':
      return `${paint('dim', 'wait    ')} ${event.because}`;
    case 'cause':
      return `${paint('yellow', 'cause   ')} ${formatProblem(event.cause)}${graceOf(event.graceSeconds)}`;
    case 'ready':
      return `${paint('green', 'ready   ')} ${count(event.pods.length, 'pod')} after ${event.seconds.toFixed(1)} s`;
    case 'verified':
      if (event.rows === 0) return `${paint('green', 'verified')} the model of ${count(event.pods, 'pod')}, by its sha256`;
      return `${paint('green', 'verified')} ${count(event.rows, 'golden prediction')} from ${count(event.pods, 'pod')}, as trained`;
    case 'not-verified':
      return `${paint('yellow', 'unproved')} ${event.because}`;
    case 'deployed':
      return `${paint('green', 'deployed')} http://${event.service}.${event.namespace}:${event.port} inside the cluster, in ${event.seconds.toFixed(1)} s`;
    case 'recorded':
      return `recorded revision ${event.revision}`;
    case 'rolling-back':
      return `${paint('yellow', 'rollback')} to revision ${event.to} (${event.image})`;
    case 'left':
      return `${paint('yellow', 'left    ')} ${event.service} as it is: ${event.because}`;
    case 'deleted':
      return `${paint('yellow', 'deleted ')} ${event.object}`;
    case 'gone':
      return event.objects === 0
        ? `nothing  of ${event.service} in ns/${event.namespace}`
        : `gone     ${event.service} from ns/${event.namespace}: ${count(event.objects, 'object')}`;
    case 'failed':
      return event.problems.map(({ code, where, what }) => `${paint('red', 'failed  ')} ${code}  ${where}: ${what}`).join('\n');
    case 'summary':
      return formatSummary(event.services, event.failed);
    default:
      return assertNever(event);
  }
}

const graceOf = (seconds: number | undefined): string => (seconds === undefined ? '' : `\n          it has ${seconds} s to pass`);

function formatSummary(services: number, failed: readonly string[]): string {
  const summary = `summary  ${services - failed.length} of ${services} services done`;
  return failed.length > 0 ? `${summary}\nfailed   ${failed.join(', ')}` : summary;
}

/** Problems for a terminal: the first line of each in red when colours are told. */
export function formatFailure(problems: readonly Problem[], style: TextStyle): string {
  const paint = painter(style);
  return problems
    .map((problem) => {
      const [first = '', ...rest] = formatProblem(problem).split('\n');
      return [paint('red', first), ...rest].join('\n');
    })
    .join('\n\n');
}

function formatNote({ code, what, remedy, details = [] }: Note, paint: Paint): string {
  const more = [...(remedy ? [remedy] : []), ...details.map((line) => `| ${line}`)];
  return [`${paint('yellow', 'note    ')} ${code}: ${what}`, ...more.map((line) => `         ${line}`)].join('\n');
}

function formatPlan(plan: Plan, dryRun: boolean, style: TextStyle, paint: Paint): string {
  const kept = plan.changes.filter((change) => change.action === 'keep');
  const told = style.brief && kept.length > 1 ? plan.changes.filter((change) => change.action !== 'keep') : plan.changes;
  const lines = told.map((change) => formatChange(change, paint));
  if (told.length < plan.changes.length) lines.push(`${paint('dim', 'plan    ')} keep ${count(kept.length, 'object')}`);
  return [...lines, ...(dryRun ? ['nothing was changed (dry run)'] : [])].join('\n');
}

function formatChange(change: Change, paint: Paint): string {
  const object = describeObject(refOf(change.object));
  switch (change.action) {
    case 'create':
      return `${paint('green', 'plan    ')} create ${object}`;
    case 'update': {
      const more = change.fields.length - SHOWN_FIELDS;
      const fields = change.fields.slice(0, SHOWN_FIELDS).join(', ');
      const repairs = (change.repairs ?? []).map((one) => `\n         takes ${one.field} back from "${one.manager}"`).join('');
      const handsOver =
        change.handsOver === undefined ? '' : `\n         leaves its ${count(change.handsOver, 'replica')} to the autoscaler`;
      return `${paint('yellow', 'plan    ')} update ${object}: ${fields}${more > 0 ? ` and ${more} more` : ''}${repairs}${handsOver}`;
    }
    case 'keep':
      return `${paint('dim', 'plan    ')} keep ${object}`;
    case 'delete':
      return `${paint('red', 'plan    ')} delete ${object}, ${leavesFirst(change.object) ? 'before all' : 'once the rollout is proved'}`;
    default:
      return assertNever(change);
  }
}

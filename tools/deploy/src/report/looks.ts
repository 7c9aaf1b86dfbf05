import type { ObjectDiff } from '../diff/index.ts';
import type { Revision } from '../revisions/index.ts';
import type { ServiceStatus } from '../service-status.ts';
import { formatCanaryState } from './canary-text.ts';
import type { Note } from './events.ts';
import { painter, type TextStyle } from './style.ts';
import { formatEvent } from './text.ts';

/** What runs of a service, for a terminal. */
export function formatStatus(status: ServiceStatus, style: TextStyle): string {
  const paint = painter(style);
  const where = `${status.service} in ns/${status.namespace} (${status.environment}, context ${status.context})`;
  if (!status.deployment) return `${paint('yellow', 'absent  ')} ${where}`;
  const { image, ready, wanted, commit } = status.deployment;
  const state = stateOf(status.pods, ready, wanted);
  return [
    `${paint(state === 'ready' ? 'green' : 'yellow', state.padEnd(8))} ${where}: ${ready}/${wanted} pods`,
    `image    ${image}${commit ? ` from commit ${commit.slice(0, 12)}` : ''}`,
    ...status.pods.map(
      (pod) => `pod      ${pod.name} ${pod.ready ? 'ready' : pod.phase}${pod.restarts > 0 ? `, restarted ${pod.restarts} times` : ''}`,
    ),
    ...(status.canary ? [`canary   ${status.canary.image}: ${formatCanaryState(status.canary)}`] : []),
    ...status.causes.map((cause) => `${paint('red', 'cause   ')} ${cause.where}: ${cause.what}`),
  ].join('\n');
}

/** Whether the pods of the version that is asked for serve; those of the one before it may be all that do. */
function stateOf(pods: ServiceStatus['pods'], ready: number, wanted: number): 'ready' | 'rolling' | 'unready' {
  if (ready < wanted) return 'unready';
  return pods.some((pod) => !pod.ready && (pod.phase === 'Running' || pod.phase === 'Pending')) ? 'rolling' : 'ready';
}

/** What a deploy would change, for a terminal. */
export function formatDiff(service: string, diffs: readonly ObjectDiff[], style: TextStyle, notes: readonly Note[] = []): string {
  const noted = notes.map((note) => formatEvent({ type: 'noted', ...note }, style));
  return [formatChanges(service, diffs, style), ...noted].join('\n');
}

function formatChanges(service: string, diffs: readonly ObjectDiff[], style: TextStyle): string {
  const paint = painter(style);
  if (diffs.length === 0) return `${paint('green', 'same    ')} ${service}: nothing would change`;
  const painted = (line: string) => (line.startsWith('+') ? paint('green', line) : line.startsWith('-') ? paint('red', line) : line);
  return diffs
    .map(({ object, action, lines }) =>
      [`${paint('yellow', action.padEnd(8))} ${object}${lines.length > 0 ? '' : ': only who owns its fields'}`, ...lines.map(painted)].join(
        '\n',
      ),
    )
    .join('\n');
}

/** The revisions of a service, the latest first, for a terminal. */
export function formatHistory(service: string, revisions: readonly Revision[], style: TextStyle): string {
  const paint = painter(style);
  if (revisions.length === 0) return `${paint('yellow', 'absent  ')} ${service} has no revision`;
  return revisions
    .map(({ revision, at, image, commit, by, rollbackTo }) => {
      const from = commit ? ` from commit ${commit.slice(0, 12)}` : '';
      const back = rollbackTo ? `, back to revision ${rollbackTo}` : '';
      return `${String(revision).padStart(4)}  ${at.replace(/\.\d+Z$/, 'Z')}  ${image}${from}, by ${by}${back}`;
    })
    .join('\n');
}

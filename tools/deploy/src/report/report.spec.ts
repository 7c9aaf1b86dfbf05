import { expect, test } from 'vitest';
import { formatEvent, formatEventJson, formatFailure, formatFailureJson, formatStatus } from './index.ts';

const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'churn' }, data: { PASSWORD: 'hunter2' } };
const plan = { changes: [{ action: 'update', object, fields: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }] } as const;
const problem = { code: 'crash', where: 'pod/churn', what: 'it ended', remedy: 'read the log', details: ['boom'] };

test('a plan shows the first fields that change, and how many more', () => {
  expect(formatEvent({ type: 'planned', plan, dryRun: true }, { colours: false })).toBe(
    'plan     update configmap/churn: a, b, c, d, e and 2 more\nnothing was changed (dry run)',
  );
});

test('colours come only when they are told', () => {
  const event = { type: 'applied', object: 'service/churn', action: 'create' } as const;
  expect(formatEvent(event, { colours: false })).toBe('created  service/churn');
  expect(formatEvent(event, { colours: true })).toBe('\u001b[32mcreated \u001b[0m service/churn');
});

test('JSON names objects and never shows what they hold', () => {
  expect(formatEventJson({ type: 'planned', plan, dryRun: false })).toBe(
    '{"schema":1,"type":"planned","dryRun":false,"changes":[{"action":"update","object":"configmap/churn","fields":["a","b","c","d","e","f","g"]}]}',
  );
});

test('a failure is its problem, as text and as JSON', () => {
  expect(formatFailure([problem], { colours: false })).toBe('crash  pod/churn: it ended\n          read the log\n          | boom');
  expect(JSON.parse(formatFailureJson([problem]))).toEqual({ schema: 1, type: 'failed', problems: [problem] });
});

test('the status shows each pod and why it is not ready', () => {
  const where = { service: 'churn', environment: 'local', context: 'lab', namespace: 'ml' };
  const cause = { code: 'crash', where: 'pod/churn-1', what: 'it ended', remedy: '', graceSeconds: 0 };
  const pods = [{ name: 'churn-1', phase: 'Running', ready: false, restarts: 3 }];
  const deployment = { image: 'churn:2', commit: '0123456789abcdef', wanted: 1, ready: 0 };
  expect(formatStatus({ ...where, deployment, pods, causes: [cause] }, { colours: false })).toBe(
    [
      'unready  churn in ns/ml (local, context lab): 0/1 pods',
      'image    churn:2 from commit 0123456789ab',
      'pod      churn-1 Running, restarted 3 times',
      'cause    pod/churn-1: it ended',
    ].join('\n'),
  );
  expect(formatStatus({ ...where, pods: [], causes: [] }, { colours: false })).toBe('absent   churn in ns/ml (local, context lab)');
});

test('a service whose old pods serve while new ones are not ready is not called ready', () => {
  const where = { service: 'churn', environment: 'local', context: 'lab', namespace: 'ml', causes: [] };
  const deployment = { image: 'churn:2', wanted: 2, ready: 2 };
  const pod = (name: string, phase: string, ready: boolean) => ({ name, phase, ready, restarts: 0 });
  const headOf = (...pods: ReturnType<typeof pod>[]) => formatStatus({ ...where, deployment, pods }, { colours: false }).split('\n')[0];
  expect(headOf(pod('new-1', 'Running', false))).toBe('rolling  churn in ns/ml (local, context lab): 2/2 pods');
  expect(headOf(pod('a', 'Running', true), pod('b', 'Running', true), pod('evicted', 'Failed', false))).toContain('ready    churn');
});

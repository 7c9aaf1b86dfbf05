import { Check } from 'typebox/value';
import { expect, test } from 'vitest';
import type { DeployEvent } from './events.ts';
import { formatEvent, formatEventJson, formatFailureJson } from './index.ts';
import { deployEventSchema } from './json-schema.ts';
import { openLiveTable } from './live-table.ts';

const SECRET = 'hunter2';
const problem = { code: 'crash', where: 'pod/churn', what: 'it ended', remedy: 'read the log', details: ['boom'] };
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'churn' }, stringData: { TOKEN: SECRET }, data: { KEY: SECRET } };
const repairs = [{ field: 'spec.replicas', manager: 'kubectl-edit' }];
const at = { service: 'churn', namespace: 'ml' };
const image = 'churn:2';

/** One of each type: a new type does not compile until it is here. */
const SAMPLES: { readonly [T in DeployEvent['type']]: DeployEvent & { readonly type: T } } = {
  started: { type: 'started', ...at, environment: 'staging', context: 'lab', image },
  noted: { type: 'noted', code: 'left-out', what: 'a kind is missing', remedy: 'install it', details: ['more'] },
  promoting: { type: 'promoting', service: 'churn', from: 'staging', revision: 3, image },
  surge: { type: 'surge', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }, because: 'one more pod fits' },
  planned: {
    type: 'planned',
    dryRun: false,
    plan: {
      changes: [
        { action: 'create', object: secret },
        { action: 'update', object: secret, fields: ['stringData.TOKEN'], repairs, handsOver: 2 },
        { action: 'keep', object: secret },
        { action: 'delete', object: secret },
      ],
    },
  },
  'canary-planned': {
    type: 'canary-planned',
    name: 'churn-canary',
    mode: 'replicas',
    steps: [{ weight: 10, seconds: 60 }],
    stableReplicas: 2,
    stableImage: image,
  },
  'canary-left-out': { type: 'canary-left-out', because: 'nothing served before' },
  'canary-shifted': {
    ...{ type: 'canary-shifted', step: 1, steps: 2, mode: 'route' },
    ...{ weight: 10, share: 10, seconds: 60, pods: 1, stableReplicas: 2 },
  },
  'canary-checked': { type: 'canary-checked', step: 1, steps: 2, pods: 1, rows: 5, errors: 'good', requests: 100, failed: 0 },
  'canary-promoting': { type: 'canary-promoting', skipped: 0 },
  'canary-aborting': { type: 'canary-aborting', because: 'crash' },
  'canary-ordered': { type: 'canary-ordered', order: 'abort', service: 'churn' },
  delivering: { type: 'delivering', image },
  applied: { type: 'applied', object: 'service/churn', action: 'update' },
  waiting: { type: 'waiting', because: '0/1 ready' },
  cause: { type: 'cause', cause: problem, graceSeconds: 30 },
  ready: { type: 'ready', pods: ['churn-1'], seconds: 1.5 },
  verified: { type: 'verified', pods: 1, rows: 5 },
  'not-verified': { type: 'not-verified', because: 'no rows' },
  deployed: { type: 'deployed', ...at, port: 80, seconds: 2.5 },
  recorded: { type: 'recorded', revision: 3 },
  'rolling-back': { type: 'rolling-back', to: 2, image },
  left: { type: 'left', service: 'churn', because: 'there is no earlier revision' },
  deleted: { type: 'deleted', object: 'configmap/churn' },
  gone: { type: 'gone', ...at, objects: 4 },
  failed: { type: 'failed', problems: [problem] },
  summary: { type: 'summary', services: 3, failed: ['churn'] },
};

test.each(Object.values(SAMPLES))('$type is a line of the schema, for one service and for one of many', (event) => {
  for (const line of [formatEventJson(event), formatEventJson(event, 'churn')]) {
    expect(Check(deployEventSchema(), JSON.parse(line)), line).toBe(true);
  }
});

test('the failure of the command is a line of the schema, and anything else is not', () => {
  expect(Check(deployEventSchema(), JSON.parse(formatFailureJson([problem])))).toBe(true);
  expect(Check(deployEventSchema(), { schema: 1, type: 'deployed' })).toBe(false);
  expect(Check(deployEventSchema(), { schema: 1, type: 'waiting', because: 'x', more: 1 })).toBe(false);
});

test('what a Secret holds is in no line, no JSON and no table', () => {
  let drawn = '';
  const screen = { room: () => ({ columns: 200, rows: 50 }), write: (text: string) => (drawn += text), onResize: () => () => undefined };
  const table = openLiveTable(['churn'], screen, { nowMs: () => 0, every: () => () => undefined }, { colours: false });
  const told = Object.values(SAMPLES).flatMap((event) => {
    table.report(event, 'churn');
    table.print('');
    return [formatEvent(event, { colours: false }), formatEvent(event, { colours: true, brief: true }), formatEventJson(event, 'churn')];
  });
  table.close();
  expect(told.filter((text) => text.includes('secret/churn')).length).toBeGreaterThan(0);
  expect([...told, drawn].filter((text) => text.includes(SECRET))).toEqual([]);
});

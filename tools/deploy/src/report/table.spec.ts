import { expect, test } from 'vitest';
import type { DeployEvent } from './events.ts';
import { openLiveTable } from './live-table.ts';
import { nextRow, queuedRow, type Row } from './rows.ts';
import { cut, formatTable } from './table.ts';

const STYLE = { colours: false };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'churn' } };
const planned = (action: 'create' | 'keep'): DeployEvent => ({ type: 'planned', dryRun: false, plan: { changes: [{ action, object }] } });
const deployed: DeployEvent = { type: 'deployed', service: 'churn', namespace: 'ml', port: 80, seconds: 3 };
const crash = { code: 'crash', where: 'pod/risk-1', what: 'it ended', remedy: 'read the log' };
const after = (service: string, events: readonly (readonly [number, DeployEvent])[]): Row =>
  events.reduce((row, [ms, event]) => nextRow(row, event, ms), queuedRow(service, 0));

test('a table shows state, since and cause of each service, and counts them', () => {
  const rows = [
    after('churn', [
      [0, planned('keep')],
      [900, deployed],
    ]),
    after('fraud', [
      [0, planned('create')],
      [5_000, { type: 'waiting', because: '0/1 ready' }],
      [9_000, { type: 'waiting', because: 'pod/fraud-1: pulls its image' }],
    ]),
    after('risk', [
      [0, planned('create')],
      [8_000, { type: 'failed', problems: [crash] }],
    ]),
    queuedRow('spam', 0),
  ];
  expect(formatTable(rows, 0, 70_000, { columns: 60, rows: 24 }, STYLE)).toEqual(
    [
      'churn  done                  nothing changes',
      'fraud  rolling out    1m05s  pod/fraud-1: pulls its image',
      'risk   failed                crash  pod/risk-1: it ended',
      'spam   queued         1m10s',
      '4 services: 1 done, 1 under way, 1 queued, 1 failed  (1m10s)',
    ].map((line) => cut(line, 60)),
  );
});

test('where not all fit, failed ones and those under way come first, and the rest is counted', () => {
  const rows = [
    after('a', [
      [0, planned('keep')],
      [1, deployed],
    ]),
    queuedRow('b', 0),
    after('c', [[0, planned('create')]]),
    after('d', [[0, { type: 'failed', problems: [crash] }]]),
  ];
  const lines = formatTable(rows, 0, 0, { columns: 100, rows: 4 }, STYLE);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['d', 'c', '4']);
  expect(lines.at(-1)).toBe('4 services: 1 done, 1 under way, 1 queued, 1 failed; 2 not shown  (0 s)');
});

test('a rollback stays one, and a service that never began has stopped', () => {
  const back = after('churn', [
    [0, { type: 'rolling-back', to: 2, image: 'churn:1' }],
    [1, { type: 'waiting', because: '0/1 ready' }],
  ]);
  expect(back).toMatchObject({ state: 'rolling back', cause: '0/1 ready', sinceMs: 0 });
  expect(after('churn', [[0, { type: 'failed', problems: [{ ...crash, code: 'interrupted' }] }]]).state).toBe('stopped');
});

test('no line is as wide as the screen, and no message moves the cursor', () => {
  const row = after('churn', [[0, { type: 'waiting', because: `\u001b[2J\r\n${'数'.repeat(50)}` }]]);
  const [line = ''] = formatTable([row], 0, 0, { columns: 60, rows: 24 }, STYLE);
  expect(line).toBe(`churn  rolling out      0 s  [2J ${'数'.repeat(13)}`);
  expect(cut('abcdef', 4)).toBe('abc');
});

function screenOf(columns: number) {
  const written: string[] = [];
  const room = { columns, rows: 24 };
  let resized = (): void => undefined;
  const screen = {
    room: () => room,
    write: (text: string) => void written.push(text),
    onResize: (action: () => void) => {
      resized = action;
      return () => (resized = () => undefined);
    },
  };
  const resize = (to: number) => {
    room.columns = to;
    resized();
  };
  return { screen, written, resize };
}

function clockOf() {
  let now = 0;
  let tick = (): void => undefined;
  const every = (_ms: number, action: () => void) => {
    tick = action;
    return () => (tick = () => undefined);
  };
  const clock = { nowMs: () => now, every };
  const pass = (ms: number) => {
    now += ms;
    tick();
  };
  return { clock, pass };
}

test('a table is drawn in its place: only after a change, or a second', () => {
  const { screen, written } = screenOf(80);
  const { clock, pass } = clockOf();
  const table = openLiveTable(['churn'], screen, clock, STYLE);
  pass(100);
  expect(written).toEqual(['churn  queued           0 s\n1 service: 1 queued  (0 s)\n']);
  pass(100);
  expect(written.length).toBe(1);
  table.report(deployed, 'churn');
  pass(100);
  expect(written[1]).toBe('\r\u001b[2A\u001b[Jchurn  done\n1 service: 1 done  (0 s)\n');
  pass(1_000);
  expect(written[2]).toBe('\r\u001b[2A\u001b[Jchurn  done\n1 service: 1 done  (1 s)\n');
  table.print('loading');
  expect(written[3]).toBe('\r\u001b[2A\u001b[Jloading\nchurn  done\n1 service: 1 done  (1 s)\n');
  table.close();
  pass(5_000);
  expect(written.length).toBe(5);
});

test('a question has the screen to itself until it is answered', async () => {
  const { screen, written, resize } = screenOf(80);
  const { clock, pass } = clockOf();
  const table = openLiveTable(['churn'], screen, clock, STYLE);
  pass(100);
  const answer = Promise.withResolvers<string>();
  const asked = table.aside(() => answer.promise);
  expect(written.splice(0)).toEqual(['churn  queued           0 s\n1 service: 1 queued  (0 s)\n', '\r\u001b[2A\u001b[J']);
  table.report(deployed, 'churn');
  pass(5_000);
  resize(60);
  expect(written.splice(0).join('')).toBe('');
  answer.resolve('production');
  expect(await asked).toBe('production');
  expect(written).toEqual(['churn  done\n1 service: 1 done  (5 s)\n']);
});

test('a screen that became narrower has broken lines in two, and they are cleared as well', () => {
  const { screen, written, resize } = screenOf(80);
  const { clock, pass } = clockOf();
  openLiveTable(['churn'], screen, clock, STYLE);
  pass(100);
  resize(20);
  expect(written[1]).toBe('\r\u001b[4A\u001b[Jchurn  queued\n1 service: 1 queued\n');
});

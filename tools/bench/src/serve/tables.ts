import type { BenchTable, Column } from '../bench.ts';
import { CONNECTIONS, type Measured } from './rounds.ts';

/** The figures as tables, each beside the anchor's. */
export function tablesOf(measured: readonly Measured[], anchor: string, conditions: string): BenchTable[] {
  const perLoad = (unit: string, digits: number, what = ''): Column[] =>
    CONNECTIONS.map((connections) => ({ name: `${what}c=${connections}`, unit, digits }));
  const table = (title: string, columns: readonly Column[], valuesOf: (one: Measured) => (number | null)[]): BenchTable => ({
    title,
    anchor,
    columns,
    rows: measured.map((one) => ({ name: one.name, values: valuesOf(one) })),
  });
  return [
    table(`CPU time of one request of one row; ${conditions}`, perLoad('CPU ms', 3), ({ loads }) =>
      loads.map((load) => load.cpuMsPerRequest),
    ),
    table('Requests a second', perLoad('1/s', 0), ({ loads }) => loads.map((load) => load.requestsPerSecond)),
    table('Time to the answer', [...perLoad('ms', 1, 'p50, '), ...perLoad('ms', 1, 'p99, ')], ({ loads }) => [
      ...loads.map((load) => load.p50Ms),
      ...loads.map((load) => load.p99Ms),
    ]),
    table('Start to ready, and memory after the load', START_COLUMNS, ({ startCpuSeconds, startSeconds, megabytes }) => [
      startCpuSeconds,
      startSeconds,
      megabytes,
    ]),
    table('GET on the health path while 4 connections send lists of 8000 rows', HEALTH_COLUMNS, ({ health }) => [
      health?.p50 ?? null,
      health?.p99 ?? null,
    ]),
  ];
}

const START_COLUMNS: readonly Column[] = [
  { name: 'start', unit: 'CPU s', digits: 2 },
  { name: 'start', unit: 's', digits: 2 },
  { name: 'proportional memory', unit: 'MB', digits: 0 },
];

const HEALTH_COLUMNS: readonly Column[] = [
  { name: 'p50', unit: 'ms', digits: 1 },
  { name: 'p99', unit: 'ms', digits: 1 },
];

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestControlPlane, type TestControlPlane } from '@modelyard/cluster';
import { type Bench, type BenchTable, median } from '../bench.ts';
import { scratchFolder } from '../teardown.ts';
import { type ApiServer, openApiServer } from './api-server.ts';
import { ANCHOR, type Contender, findContenders } from './contenders.ts';
import { startDelayRelay } from './delay-relay.ts';
import { changeOne, type Fixture, writeFixture } from './fixture.ts';
import { measureMemory } from './memory.ts';
import { type Choice, parseChoice } from './options.ts';
import type { Taken } from './timed.ts';

type Log = (line: string) => void;

/** What is done to the cluster, in this order, by each contender in a namespace of its own. */
const STEPS = ['first', 'no-op', 'one changed'] as const;
type Step = (typeof STEPS)[number];
type Figures = Map<string, Taken[]>;

export const deployBench: Bench = {
  name: 'deploy',
  about:
    'whole processes of deploys against kubectl and helm on a real API server (--services 1,100,500 --delays 0,20 --rounds 3 --only kubectl,modelyard,helm,rollouts --memory)',
  run: async (log, args, atEnd) => {
    const choice = parseChoice(args);
    const scratch = await scratchFolder(atEnd);
    const cluster = await startTestControlPlane({ nodes: [{ name: 'bench-node' }], log });
    atEnd(cluster.stop);
    return measureAll(choice, scratch, cluster, log);
  },
};

async function measureAll(choice: Choice, scratch: string, cluster: TestControlPlane, log: Log): Promise<BenchTable[]> {
  const api = await openApiServer(cluster.kubeconfigPath, scratch);
  const all = await findContenders(join(scratch, 'home'), api);
  const contenders = all.filter(({ name }) => choice.only.some((one) => name.startsWith(one)));
  const tables: BenchTable[] = [];
  for (const services of choice.services) {
    const fixture = await writeFixture(join(scratch, `services-${services}`), services);
    for (const delayMs of choice.delaysMs) {
      tables.push(
        await withDelay(cluster, scratch, delayMs, (kubeconfig) =>
          measure(fixture, contenders, { kubeconfig, delayMs }, choice, api, cluster.context, log),
        ),
      );
    }
  }
  return choice.memory ? [...tables, await measureMemory(scratch, cluster, api, log)] : tables;
}

/** Lends a kubeconfig that leads to the API server by a way of the given delay. */
async function withDelay<T>(
  cluster: TestControlPlane,
  scratch: string,
  delayMs: number,
  use: (kubeconfig: string) => Promise<T>,
): Promise<T> {
  if (delayMs === 0) return use(cluster.kubeconfigPath);
  const relay = await startDelayRelay(new URL(cluster.server), delayMs);
  try {
    const kubeconfig = join(scratch, `kubeconfig-${delayMs}`);
    const text = await readFile(cluster.kubeconfigPath, 'utf8');
    await writeFile(kubeconfig, text.replaceAll(cluster.server, `https://127.0.0.1:${relay.port}`));
    return await use(kubeconfig);
  } finally {
    relay.close();
  }
}

interface Way {
  readonly kubeconfig: string;
  readonly delayMs: number;
}

/** Each round, every contender does the same step before any does the next one, so that a busy minute hits all of them. */
async function measure(
  fixture: Fixture,
  contenders: readonly Contender[],
  way: Way,
  choice: Choice,
  api: ApiServer,
  context: string,
  log: Log,
): Promise<BenchTable> {
  const figures: Figures = new Map();
  const applies = new Map<string, number[]>();
  for (let round = 0; round < choice.rounds; round++) {
    const reaches = contenders.map(({ name }) => ({
      context,
      kubeconfig: way.kubeconfig,
      namespace: `${name.split(' ')[0]}-${fixture.services}-${way.delayMs}-${round}`,
    }));
    for (const { namespace } of reaches) await api.createNamespace(namespace);
    await changeOne(fixture, 'first');
    for (const step of STEPS) {
      if (step === 'one changed') await changeOne(fixture, 'changed');
      for (const [index, contender] of rotated([...contenders.entries()], round)) {
        const reach = reaches[index] as (typeof reaches)[number];
        await contender.prepare(fixture, reach);
        const before = await api.countApplies();
        const taken = await contender.deploy(fixture, reach);
        push(figures, keyOf(contender, step), taken);
        push(applies, keyOf(contender, step), (await api.countApplies()) - before);
        log(
          `${fixture.services} services, +${way.delayMs} ms, round ${round + 1}, ${step}, ${contender.name}: ${taken.seconds.toFixed(2)} s, ${taken.cpuSeconds.toFixed(2)} s of CPU, ${taken.peakMiB.toFixed(0)} MiB, ${applies.get(keyOf(contender, step))?.at(-1)} applied`,
        );
      }
    }
  }
  return tableOf(fixture, contenders, way, figures, applies);
}

const keyOf = (contender: Contender, step: Step): string => `${contender.name} ${step}`;
const rotated = <T>(items: readonly T[], by: number): T[] => items.map((_, index) => items[(index + by) % items.length] as T);

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}

/** CPU, memory and applies are of the whole process. */
const NOT_OF_A_PART = [null, null, ...STEPS.map(() => null)];

function tableOf(
  fixture: Fixture,
  contenders: readonly Contender[],
  way: Way,
  figures: Figures,
  applies: ReadonlyMap<string, readonly number[]>,
): BenchTable {
  const middle = (contender: Contender, step: Step, figure: (taken: Taken) => number): number =>
    median((figures.get(keyOf(contender, step)) ?? []).map(figure));
  const reached = ({ reachedSeconds = Number.NaN }: Taken): number => reachedSeconds;
  return {
    title: `${fixture.services} services, ${way.delayMs === 0 ? 'API server on loopback' : `${way.delayMs} ms more for each round trip`} (medians)`,
    anchor: contenders.some(({ name }) => name === ANCHOR) ? ANCHOR : (contenders[0]?.name ?? ''),
    columns: [
      ...STEPS.map((name) => ({ name, unit: 's', digits: 2 })),
      { name: 'CPU of the no-op', unit: 's', digits: 2 },
      { name: 'peak memory', unit: 'MiB', digits: 0 },
      ...STEPS.map((name) => ({ name: `applies, ${name}`, unit: '', digits: 0 })),
    ],
    rows: contenders.flatMap((contender) => [
      {
        name: contender.name,
        values: [
          ...STEPS.map((step) => middle(contender, step, ({ seconds }) => seconds)),
          middle(contender, 'no-op', ({ cpuSeconds }) => cpuSeconds),
          Math.max(...STEPS.map((step) => middle(contender, step, ({ peakMiB }) => peakMiB))),
          ...STEPS.map((step) => median(applies.get(keyOf(contender, step)) ?? [])),
        ],
      },
      ...(contender.milestone
        ? [{ name: contender.milestone, values: [...STEPS.map((step) => middle(contender, step, reached)), ...NOT_OF_A_PART] }]
        : []),
    ]),
  };
}

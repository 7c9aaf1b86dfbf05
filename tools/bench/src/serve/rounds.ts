import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../bench.ts';
import type { AtEnd } from '../teardown.ts';
import type { Contender } from './contender.ts';
import { type Load, type LoadFigures, quantile } from './load.ts';
import { cpuSeconds, proportionalMegabytes } from './process-figures.ts';
import { type Server, startServer, statusOf } from './server.ts';

export const CONNECTIONS = [1, 16, 64] as const;

/** How long and how often is measured. */
export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
}

/** One contender's medians; the load's for each of CONNECTIONS. */
export interface Measured {
  readonly name: string;
  readonly startCpuSeconds: number;
  readonly startSeconds: number;
  readonly megabytes: number;
  readonly loads: readonly LoadMeasured[];
  /** Milliseconds of GET on the health path, meanwhile. */
  readonly health: { readonly p50: number; readonly p99: number } | null;
}

export interface LoadMeasured extends LoadFigures {
  readonly cpuMsPerRequest: number;
}

type Log = (line: string) => void;

/** Starts each contender several times, one after the other; gives the figures of each start but the first, which fills caches. */
export async function measureStarts(contenders: readonly Contender[], { rounds }: Plan, log: Log, atEnd: AtEnd): Promise<Server[][]> {
  const starts: Server[][] = contenders.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const index of shuffled(contenders, round)) {
      const contender = contenders[index] as Contender;
      const server = await startServer(contender, 18_100 + index, atEnd);
      await server.stop();
      if (round > 0) starts[index]?.push(server);
      log(
        `start ${round} of ${rounds}: ${contender.name}: ${server.startCpuSeconds.toFixed(2)} CPU s, ${server.startSeconds.toFixed(2)} s`,
      );
    }
  }
  return starts;
}

/** Loads all servers in turn, in another order each round: what disturbs the machine disturbs each of them. */
export async function measureLoads(servers: readonly Server[], { rounds, seconds }: Plan, load: Load, log: Log): Promise<LoadMeasured[][]> {
  const runs = servers.map(() => CONNECTIONS.map((): LoadMeasured[] => []));
  for (const server of servers) await loadOnce(server, 4, 1, load);
  for (let round = 1; round <= rounds; round++) {
    for (const [place, connections] of CONNECTIONS.entries()) {
      for (const index of shuffled(servers, round * 10 + place)) {
        const server = servers[index] as Server;
        const figures = await loadOnce(server, connections, seconds, load);
        runs[index]?.[place]?.push(figures);
        log(
          `round ${round} of ${rounds}: ${server.contender.name}, c=${connections}: ${figures.cpuMsPerRequest.toFixed(2)} CPU ms, ${figures.requestsPerSecond.toFixed(0)}/s`,
        );
      }
    }
  }
  return runs.map((perServer) => perServer.map(middle));
}

async function loadOnce({ contender, port, pid }: Server, connections: number, seconds: number, load: Load): Promise<LoadMeasured> {
  const before = cpuSeconds(pid);
  const figures = await load({ port, path: contender.predictPath, body: contender.body, connections, seconds });
  return { ...figures, cpuMsPerRequest: ((cpuSeconds(pid) - before) * 1000) / figures.requests };
}

/** Asks the health path on a new connection each time, as a kubelet does, while 4 connections keep the model busy with large lists. */
export async function measureHealth(server: Server, seconds: number, load: Load): Promise<{ p50: number; p99: number } | null> {
  const { contender, port } = server;
  if (contender.largeBody === undefined) return null;
  const busy = load({ port, path: contender.predictPath, body: contender.largeBody, connections: 4, seconds });
  const [times] = await Promise.all([healthTimes(server, seconds), busy]);
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function healthTimes({ contender, port }: Server, seconds: number): Promise<number[]> {
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  while (performance.now() < until) {
    const begin = performance.now();
    const status = await statusOf(`http://127.0.0.1:${port}${contender.healthPath}`);
    if (status !== 200) throw new Error(`${contender.name}: the health path said ${status} under load`);
    times.push(performance.now() - begin);
    await sleep(10);
  }
  return times;
}

/** What a server holds after its load. */
export const memoryOf = ({ pid }: Server): number => proportionalMegabytes(pid);

function middle(runs: readonly LoadMeasured[]): LoadMeasured {
  const of = (pick: (run: LoadMeasured) => number) => median(runs.map(pick));
  return {
    requests: of((run) => run.requests),
    requestsPerSecond: of((run) => run.requestsPerSecond),
    p50Ms: of((run) => run.p50Ms),
    p99Ms: of((run) => run.p99Ms),
    cpuMsPerRequest: of((run) => run.cpuMsPerRequest),
  };
}

/** The places of the list in an order that follows from the seed. */
export function shuffled(list: readonly unknown[], seed: number): number[] {
  let state = seed * 2_654_435_761 + 1;
  const places = list.map((_, index) => index);
  for (let last = places.length - 1; last > 0; last--) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const other = state % (last + 1);
    [places[last], places[other]] = [places[other] as number, places[last] as number];
  }
  return places;
}

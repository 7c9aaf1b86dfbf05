import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AtEnd } from '../teardown.ts';
import type { Contender } from './contender.ts';
import { cpuSeconds, familyOf } from './process-figures.ts';

/** A contender that runs and is ready, and what its start took. */
export interface Server {
  readonly contender: Contender;
  readonly pid: number;
  readonly port: number;
  readonly startCpuSeconds: number;
  readonly startSeconds: number;
  stop(): Promise<void>;
}

const START_LIMIT_SECONDS = 120;
const POLL_MS = 20;
const STOP_LIMIT_MS = 10_000;

/** Starts the contender and waits until its health path says 200. */
export async function startServer(contender: Contender, port: number, atEnd: AtEnd): Promise<Server> {
  const [executable, ...args] = contender.command(port) as [string, ...string[]];
  const { PYTHONDONTWRITEBYTECODE: _, ...env } = process.env;
  const started = performance.now();
  const child = spawn(executable, args, {
    cwd: contender.directory,
    env: { ...env, ...contender.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'ignore'],
    detached: true,
  });
  child.on('error', () => {});
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${contender.name}: ${executable} cannot be started`);
  atEnd(() => stop(child, pid));
  while ((await statusOf(`http://127.0.0.1:${port}${contender.healthPath}`)) !== 200) {
    if (child.exitCode !== null || performance.now() - started > START_LIMIT_SECONDS * 1000) {
      throw new Error(`${contender.name}: not ready after ${Math.round((performance.now() - started) / 1000)} s`);
    }
    await sleep(POLL_MS);
  }
  const startSeconds = (performance.now() - started) / 1000;
  return { contender, pid, port, startCpuSeconds: cpuSeconds(pid), startSeconds, stop: () => stop(child, pid) };
}

/** Ends the process and all that descends from it: some servers leave children behind, which would answer in place of the next start. */
async function stop(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const family = familyOf(pid);
  const ended = once(child, 'exit');
  process.kill(-pid, 'SIGTERM');
  const killing = setTimeout(() => process.kill(-pid, 'SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(killing);
  for (const left of family) {
    try {
      process.kill(left, 'SIGKILL');
    } catch {
      // It has ended by itself, as it should.
    }
  }
}

/** The status of a GET, on a connection of its own; 0 while nobody answers. */
export function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const call = get(url, { agent: false, timeout: 5000 }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0)).on('error', () => resolve(0));
    });
    call.on('timeout', () => call.destroy()).on('error', () => resolve(0));
  });
}

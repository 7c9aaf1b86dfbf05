import { readFile, rm, writeFile } from 'node:fs/promises';
import { processStartTime } from './processes.ts';
import type { ClusterWorld } from './types.ts';
import { waitFor } from './wait.ts';

/** How to behave while another process holds the lock. */
export interface LockWaiting {
  readonly world: ClusterWorld;
  readonly signal: AbortSignal;
  /** Said once when there is somebody to wait for. */
  readonly what: string;
}

async function identity(): Promise<string> {
  return `${process.pid} ${await processStartTime(process.pid)}`;
}

async function isHeld(file: string): Promise<boolean> {
  const [pid, ...startTime] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  return (await processStartTime(Number(pid))) === startTime.join(' ');
}

async function tryLock(file: string): Promise<true | undefined> {
  try {
    await writeFile(file, await identity(), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Its holder may have been killed.
    if (!(await isHeld(file))) await rm(file, { force: true });
    return undefined;
  }
}

/** Does the work while no other process on this machine does; a lock whose holder died counts for nothing. */
export async function withLock<T>(file: string, waiting: LockWaiting, work: () => Promise<T>): Promise<T> {
  const { world, signal, what } = waiting;
  if (!(await tryLock(file))) {
    world.log(`${what}; waiting for it`);
    const timeoutSeconds = 3600;
    const locked = await waitFor(() => tryLock(file), { timeoutSeconds, everyMs: 500, signal });
    if (!locked) throw new Error(`${file} is still locked after ${timeoutSeconds} s`);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

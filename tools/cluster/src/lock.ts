import { link, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { clusterNameOf, clusterPaths } from './paths.ts';
import { processStartTime } from './processes.ts';
import type { ClusterChoice, ClusterWorld } from './types.ts';
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
  const own = `${file}.${process.pid}`;
  try {
    // A link appears whole, with its text; a file that is being written could be read half.
    await writeFile(own, await identity());
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Its holder may have been killed.
    if (!(await isHeld(file))) await rm(file, { force: true });
    return undefined;
  } finally {
    await rm(own, { force: true });
  }
}

/** Does the work while no other process on this machine does; a lock whose holder died counts for nothing. */
export async function withLock<T>(file: string, waiting: LockWaiting, work: () => Promise<T>): Promise<T> {
  const { world, signal, what } = waiting;
  // The second try is for a lock that a killed process left; the first one removed it.
  if (!(await tryLock(file)) && !(await tryLock(file))) {
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

/** Does the work while no other command starts or takes down the same cluster. */
export async function whileAlone<T>(choice: ClusterChoice, world: ClusterWorld, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const file = `${clusterPaths(choice, world.env).directory}.lock`;
  await mkdir(dirname(file), { recursive: true });
  const what = `another command works on cluster ${clusterNameOf(choice)}`;
  try {
    return await withLock(file, { world, signal, what }, work);
  } finally {
    await removeEmptyParents(file);
  }
}

/** The folders that all clusters share go with the last one. */
async function removeEmptyParents(file: string): Promise<void> {
  for (let folder = dirname(file); ['cluster', 'modelyard'].includes(basename(folder)); folder = dirname(folder)) {
    await rmdir(folder).catch(() => {});
  }
}

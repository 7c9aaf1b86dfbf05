import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '@modelyard/image';

/** A program that outlives the command that started it; known by its pid file. */
export interface Daemon {
  readonly command: string;
  readonly args: readonly string[];
  readonly pidFile: string;
  readonly logFile: string;
  readonly env: Environment;
}

const STOP_SECONDS = 40;
const LOG_TAIL_BYTES = 4096;

/** Starts a daemon in a session of its own and notes its pid. */
export async function startDaemon(daemon: Daemon): Promise<number> {
  const output = openSync(daemon.logFile, 'w');
  const settings = { env: { ...daemon.env }, detached: true, stdio: ['ignore', output, output] as ['ignore', number, number] };
  const child = spawn(daemon.command, daemon.args, settings);
  const pid = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('spawn', () => resolve(child.pid as number));
  });
  child.unref();
  await writeFile(daemon.pidFile, `${pid}\n`);
  return pid;
}

/** The pid in a file when a process of that command still runs under it; null otherwise. */
export async function runningPid(pidFile: string, command: string): Promise<number | null> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (!(pid > 1)) return null;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').some((word) => word === command || word.endsWith(`/${command}`)) ? pid : null;
}

/** Ends a daemon by its pid, first asking, then by force; gone when this returns. */
export async function stopDaemon(pidFile: string, command: string): Promise<void> {
  const pid = await runningPid(pidFile, command);
  if (pid !== null) {
    process.kill(pid, 'SIGTERM');
    if (!(await hasEnded(pid, STOP_SECONDS))) {
      process.kill(pid, 'SIGKILL');
      await hasEnded(pid, STOP_SECONDS);
    }
  }
  await rm(pidFile, { force: true });
}

/** The last lines a daemon wrote. */
export async function logTail(file: string): Promise<string[]> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return [];
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOG_TAIL_BYTES), 0, LOG_TAIL_BYTES, Math.max(0, size - LOG_TAIL_BYTES));
    return buffer.toString('utf8', 0, bytesRead).split('\n').slice(-20).filter(Boolean);
  } finally {
    await handle.close();
  }
}

async function hasEnded(pid: number, seconds: number): Promise<boolean> {
  for (let tries = 0; tries < seconds * 10; tries += 1) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    // A zombie is gone for our purpose: its parent may be a container's init that never reaps.
    if (state === null || / Z /.test(state)) return true;
    await sleep(100);
  }
  return false;
}

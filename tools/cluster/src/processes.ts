import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './commands.ts';
import type { ProcessRecord } from './types.ts';

/** A long-running process of the cluster, before it starts. */
export interface ServiceProcess {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The moment a process started, as the system counts it; undefined when it is gone or only waits to be reaped. */
export async function processStartTime(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const listed = await runCommand('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
    const [status = '', ...start] = listed.stdout.trim().split(/\s+/);
    return listed.ok && !status.startsWith('Z') ? start.join(' ') : undefined;
  }
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Starts a process that outlives us, its output in a log file of its name. */
export async function startProcess(service: ServiceProcess, logs: string, env: NodeJS.ProcessEnv): Promise<ProcessRecord> {
  const log = await open(join(logs, `${service.name}.log`), 'a');
  try {
    const stdio = ['ignore' as const, log.fd, log.fd];
    const child = spawn(service.command, [...service.args], { detached: true, stdio, env, cwd: '/' });
    await once(child, 'spawn');
    child.unref();
    const pid = child.pid as number;
    return { name: service.name, pid, startTime: (await processStartTime(pid)) ?? 'ended' };
  } finally {
    await log.close();
  }
}

/** Whether the very process that was recorded still runs. */
export async function isRunning(record: ProcessRecord): Promise<boolean> {
  return (await processStartTime(record.pid)) === record.startTime;
}

/** The recorded processes that no longer run. */
export async function endedProcesses(records: readonly ProcessRecord[]): Promise<ProcessRecord[]> {
  const running = await Promise.all(records.map(isRunning));
  return records.filter((_, index) => !running[index]);
}

async function signalRunning(records: readonly ProcessRecord[], signal: NodeJS.Signals): Promise<void> {
  for (const record of records) {
    if (!(await isRunning(record))) continue;
    try {
      process.kill(record.pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }
}

async function waitForEnd(records: readonly ProcessRecord[], seconds: number): Promise<boolean> {
  for (let waited = 0; waited < seconds * 1000; waited += 50) {
    if ((await endedProcesses(records)).length === records.length) return true;
    await sleep(50);
  }
  return false;
}

/** Ends the recorded processes: a request first, and after the grace period without asking. */
export async function endProcesses(records: readonly ProcessRecord[], graceSeconds: number): Promise<void> {
  await signalRunning(records, 'SIGTERM');
  if (await waitForEnd(records, graceSeconds)) return;
  await signalRunning(records, 'SIGKILL');
  await waitForEnd(records, 10);
}

/** The last lines a process wrote. */
export async function logTail(logs: string, name: string, lines = 8): Promise<string[]> {
  const text = await readFile(join(logs, `${name}.log`), 'utf8').catch(() => '');
  return text
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => line.slice(0, 300));
}

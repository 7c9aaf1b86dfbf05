import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';

interface State {
  readonly processes: { name: string; pid: number; startTime: string }[];
}

/** Kills the API server of the test's control plane and starts it again after a while, as it was. */
export async function restartApiServer(awayMs: number): Promise<void> {
  const file = join(dirname(inject('cluster').kubeconfigPath), 'cluster.json');
  const state = JSON.parse(await readFile(file, 'utf8')) as State;
  const record = state.processes.find((one) => one.name === 'kube-apiserver');
  if (!record) throw new Error(`no API server in ${file}`);
  const [command = '', ...args] = (await readFile(`/proc/${record.pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  process.kill(record.pid, 'SIGKILL');
  await sleep(awayMs);
  const child = spawn(command, args, { detached: true, stdio: 'ignore', cwd: '/' });
  child.unref();
  record.pid = child.pid as number;
  record.startTime = await startTimeOf(record.pid);
  // Whoever stops the control plane finds the new process.
  await writeFile(file, `${JSON.stringify(state, null, 2)}\n`);
}

async function startTimeOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string;
}

import { lstat, readdir, readFile, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runCommand, toolEnvironment } from './commands.ts';
import { removeContainers } from './containerd.ts';
import { CONTAINERD_SOCKET } from './node-config.ts';
import { removeNodeNetwork } from './node-network.ts';
import { restoreOutside } from './outside.ts';
import { NODE_RUN_DIRECTORY } from './paths.ts';
import { removePodNetworks } from './pod-networks.ts';
import { endProcesses, processStartTime } from './processes.ts';
import type { ClusterState, ProcessRecord } from './types.ts';

const CGROUPS = '/sys/fs/cgroup';

/** The kubelet's cgroup in each hierarchy; only at the top, where a kubelet of this machine puts it. */
async function podCgroups(): Promise<string[]> {
  const controllers = await readdir(CGROUPS).catch(() => []);
  const candidates = [join(CGROUPS, 'kubepods'), ...controllers.map((name) => join(CGROUPS, name, 'kubepods'))];
  const found = await Promise.all(candidates.map((path) => lstat(path).catch(() => undefined)));
  return candidates.filter((_, index) => found[index]?.isDirectory());
}

async function foldersBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  return [...(await Promise.all(folders.map(foldersBelow))).flat(), path];
}

async function killProcessesIn(cgroup: string): Promise<void> {
  const pids = await readFile(join(cgroup, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of pids.split('\n').filter((line) => line !== '')) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

/** Ends what still runs in pods (a containerd that died leaves its containers behind) and removes their cgroups. */
async function removePodCgroups(): Promise<void> {
  const folders = (await Promise.all((await podCgroups()).map(foldersBelow))).flat();
  for (const folder of folders) await killProcessesIn(folder);
  for (let attempt = 0; attempt < 20 && folders.length > 0; attempt++) {
    const removed = await Promise.all(
      folders.map((folder) =>
        rmdir(folder).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (removed.every(Boolean) || (await podCgroups()).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The mount points inside a folder, the innermost first, as /proc/mounts lists them. */
export function mountsInside(mounts: string, folder: string): string[] {
  const decode = (path: string) => path.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
  const points = mounts.split('\n').map((line) => decode(line.split(' ')[1] ?? ''));
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse();
}

async function unmountInside(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  for (const point of mountsInside(mounts, folder)) {
    await runCommand('umount', ['--lazy', point], { env: toolEnvironment(env) });
  }
}

/** containerd's helpers, one for each pod; those of our own containerd carry its socket in their arguments. */
async function leftShims(): Promise<ProcessRecord[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await isOurShim(pid)) ? recordOf('containerd-shim', Number(pid)) : undefined)));
  return found.filter((record) => record !== undefined);
}

async function isOurShim(pid: string): Promise<boolean> {
  const words = (await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '')).split('\0');
  return basename(words[0] ?? '').startsWith('containerd-shim') && words[words.indexOf('-address') + 1] === CONTAINERD_SOCKET;
}

async function recordOf(name: string, pid: number): Promise<ProcessRecord | undefined> {
  const startTime = await processStartTime(pid);
  return startTime ? { name, pid, startTime } : undefined;
}

const FIRST_TO_END = ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'fakegpu'];

/** Ends the node's containers and processes and removes its mounts, networks and cgroups, as far as they are there. */
export async function stopNode(state: ClusterState, env: NodeJS.ProcessEnv): Promise<void> {
  // Without a kubelet nobody starts the containers again that we end.
  const [first, rest] = [true, false].map((isFirst) => state.processes.filter((record) => FIRST_TO_END.includes(record.name) === isFirst));
  await endProcesses(first ?? [], 5);
  await removeContainers(env);
  await endProcesses(rest ?? [], 3);
  await removePodCgroups();
  await endProcesses(await leftShims(), 0.5);
  for (const folder of [state.directory, NODE_RUN_DIRECTORY]) await unmountInside(folder, env);
  await removePodNetworks(env);
  await removeNodeNetwork(env);
}

/** Removes what the node left outside the cluster's folder. */
export async function removeNodeTraces(state: ClusterState, env: NodeJS.ProcessEnv): Promise<void> {
  if (state.outside) await restoreOutside(state.outside, env);
}

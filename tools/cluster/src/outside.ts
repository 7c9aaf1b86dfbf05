import { lstat, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, toolEnvironment } from './commands.ts';
import { NODE_RUN_DIRECTORY } from './paths.ts';
import type { OutsideChanges } from './types.ts';

/** The kubelet's fixed folder for device plugins' sockets. */
export const DEVICE_PLUGIN_DIRECTORY = '/var/lib/kubelet/device-plugins';

/** Only a kubelet and its runtime use these; removed whole when they came with us. */
const OWN_PATHS = ['/var/lib/kubelet', DEVICE_PLUGIN_DIRECTORY, '/var/log/containers'];

/** Other runtimes use these too, perhaps since we came; removed only as far as they are empty. */
const SHARED_PATHS = ['/var/lib/cni', '/run/containerd', '/run/netns', '/var/log/pods', '/run/xtables.lock'];

/** Settings the kubelet changes when it starts. */
const KERNEL_SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

const settingFile = (name: string): string => join('/proc/sys', name);

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** What the machine looks like where the node will leave traces, before it does. */
export async function observeOutside(): Promise<OutsideChanges> {
  const paths = [...OWN_PATHS, ...SHARED_PATHS];
  const there = await Promise.all(paths.map(isThere));
  const kernelSettings: Record<string, string> = {};
  for (const name of KERNEL_SETTINGS) {
    const value = await readFile(settingFile(name), 'utf8').catch(() => undefined);
    if (value !== undefined) kernelSettings[name] = value.trim();
  }
  return { absentPaths: paths.filter((_, index) => !there[index]), kernelSettings };
}

async function removeIfEmpty(path: string): Promise<void> {
  const status = await lstat(path).catch(() => undefined);
  if (!status) return;
  if (!status.isDirectory()) {
    if (status.size === 0) await rm(path, { force: true });
    return;
  }
  for (const entry of await readdir(path)) await removeIfEmpty(join(path, entry));
  await rmdir(path).catch(() => {});
}

/** `ip netns` mounts this folder on itself, and leaves the mount when the last namespace is gone. */
async function releaseNetnsFolder(env: NodeJS.ProcessEnv): Promise<void> {
  if ((await readdir('/run/netns').catch(() => [''])).length > 0) return;
  const umount = () => runCommand('umount', ['/run/netns'], { env: toolEnvironment(env) });
  for (let mounts = 0; mounts < 4 && (await umount()).ok; mounts++);
}

/** Puts the kernel settings back and removes what was absent before, and the folder that is ours alone. */
export async function restoreOutside(outside: OutsideChanges, env: NodeJS.ProcessEnv): Promise<void> {
  for (const [name, before] of Object.entries(outside.kernelSettings)) {
    const now = await readFile(settingFile(name), 'utf8').catch(() => before);
    if (now.trim() !== before) await writeFile(settingFile(name), before).catch(() => {});
  }
  if (outside.absentPaths.includes('/run/netns')) await releaseNetnsFolder(env);
  for (const path of outside.absentPaths) {
    if (SHARED_PATHS.includes(path)) await removeIfEmpty(path);
    else await rm(path, { recursive: true, force: true });
  }
  await rm(NODE_RUN_DIRECTORY, { recursive: true, force: true });
}

import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type Problem, ProblemError } from '@modelyard/core';
import { findCommand, isExecutable } from './commands.ts';
import { DEVICE_PLUGIN_DIRECTORY } from './outside.ts';

/** Debian's package for each command. */
const PACKAGES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  nsenter: 'util-linux',
  umount: 'mount',
  openssl: 'openssl',
};

/** Debian's folder first, then the one of the project's own releases. */
const CNI_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin'];
const CNI_PLUGINS = ['bridge', 'host-local', 'portmap', 'loopback'];

/** Whether this machine can run a node of our own: Linux, and we are root. */
export function canRunNode(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/** The folder with the CNI plugins, or undefined. */
export async function findCniPlugins(): Promise<string | undefined> {
  for (const folder of CNI_FOLDERS) {
    const there = await Promise.all(CNI_PLUGINS.map((plugin) => isExecutable(join(folder, plugin))));
    if (there.every(Boolean)) return folder;
  }
  return undefined;
}

/** A problem for each command that is missing, with one line that installs all of them. */
export function missingToolProblems(missing: readonly string[]): Problem[] {
  const packages = [...new Set(missing.map((name) => PACKAGES[name] ?? name))].sort();
  const remedy = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  return missing.map((name) => ({
    code: 'missing-tool',
    where: 'modelyard cluster up',
    what: PACKAGES[name] ? `the command "${name}" is not on PATH` : `the CNI plugins are not in ${CNI_FOLDERS.join(' or ')}`,
    remedy,
  }));
}

async function missingCommands(names: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const found = await Promise.all(names.map((name) => findCommand(name, env)));
  return names.filter((_, index) => found[index] === undefined);
}

/** Throws a problem for each command that PATH lacks. */
export async function requireTools(names: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const missing = await missingCommands(names, env);
  if (missing.length > 0) throw new ProblemError(missingToolProblems(missing));
}

/** A kubelet that runs here answers on its device-plugin socket. */
function isKubeletRunning(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(join(DEVICE_PLUGIN_DIRECTORY, 'kubelet.sock'));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Throws every reason why a node cannot start here, all together. */
export async function requireNodeTools(env: NodeJS.ProcessEnv): Promise<void> {
  const missing = await missingCommands(Object.keys(PACKAGES), env);
  if (!(await findCniPlugins())) missing.push('containernetworking-plugins');
  const problems = missing.length > 0 ? missingToolProblems(missing) : [];
  if (await isKubeletRunning()) {
    problems.push({
      code: 'other-kubelet',
      where: join(DEVICE_PLUGIN_DIRECTORY, 'kubelet.sock'),
      what: 'another kubelet runs on this machine, and two would share this folder',
      remedy: 'use that cluster (modelyard takes any kubeconfig context), or stop its kubelet first',
    });
  }
  if (problems.length > 0) throw new ProblemError(problems);
}

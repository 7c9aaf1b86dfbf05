import { access } from 'node:fs/promises';
import { ProblemError } from '@modelyard/core';
import { runCommand } from '@modelyard/image';
import { type Machine, runTool, showStep } from './machine.ts';

/** Debian packages for a Docker engine of our own and for the base image. */
export const ENGINE_PACKAGES = ['docker.io', 'containerd', 'runc', 'iptables', 'mmdebstrap', 'ca-certificates'] as const;

/** Debian packages for a Kubernetes node of our own. */
export const CLUSTER_PACKAGES = [
  'containernetworking-plugins',
  'conntrack',
  'iproute2',
  'iptables',
  'containerd',
  'runc',
  'openssl',
] as const;

/** Debian packages for a registry with a login. */
export const REGISTRY_PACKAGES = ['docker-registry', 'apache2-utils'] as const;

/** Installs the Debian packages that are missing; does nothing when all are there. */
export async function ensurePackages(names: readonly string[], machine: Machine): Promise<void> {
  const missing = await missingPackages([...new Set(names)], machine);
  if (missing.length === 0) return machine.log(`packages: ${names.join(' ')} are installed`);
  if (!(await canInstall())) throw new ProblemError([cannotInstall(missing)]);
  const apt: Machine = { ...machine, env: { ...machine.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const remedy = 'check the package sources in /etc/apt and the network';
  const lock = ['-o', 'DPkg::Lock::Timeout=120'];
  await showStep(machine.log, 'packages: apt-get update', () => runTool(apt, 'apt-get', ['update', '--quiet', ...lock], remedy));
  await showStep(machine.log, `packages: installing ${missing.join(' ')}`, () =>
    runTool(apt, 'apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...lock, ...missing], remedy),
  );
}

async function missingPackages(names: readonly string[], machine: Machine): Promise<string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in
  const format = '${Package} ${db:Status-Status}\n';
  const { stdout } = await runCommand('dpkg-query', ['--show', `--showformat=${format}`, ...names], { env: machine.env });
  const installed = new Set(stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])));
  return names.filter((name) => !installed.has(name));
}

async function canInstall(): Promise<boolean> {
  const isDebian = await access('/etc/debian_version').then(
    () => true,
    () => false,
  );
  return isDebian && process.getuid?.() === 0;
}

const cannotInstall = (missing: readonly string[]) => ({
  code: 'missing-packages',
  where: 'this machine',
  what: `needs ${missing.join(', ')}; Modelyard installs packages only on Debian, as root`,
  remedy: `install them: apt-get install --no-install-recommends ${missing.join(' ')}`,
});

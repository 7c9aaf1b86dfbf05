import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { ProblemError } from '@modelyard/core';
import { buildBinaries, sourceHash } from './build-binaries.ts';
import { findCommand, isExecutable } from './commands.ts';
import { cacheDirectory } from './paths.ts';
import type { ClusterMode, ClusterWorld } from './types.ts';

const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** The programs each kind of cluster runs. */
export const NEEDED_BINARIES: Readonly<Record<ClusterMode, readonly string[]>> = {
  'control-plane': [...CONTROL_PLANE, 'kwok'],
  node: [...CONTROL_PLANE, 'kubelet', 'kube-proxy', 'fakegpu', 'mkimage', 'pause'],
};

/** Where binaries can come from on this machine; a parameter, so that tests can put their own. */
export interface BinarySources {
  /** The folder of an installed platform package, or undefined. */
  readonly packaged: () => string | undefined;
  /** The Go command, or undefined. */
  readonly go: () => Promise<string | undefined>;
  readonly build: (go: string, target: string) => Promise<void>;
  readonly hash: () => Promise<string>;
}

async function missingIn(folder: string, needed: readonly string[]): Promise<string[]> {
  const there = await Promise.all(needed.map((name) => isExecutable(join(folder, name))));
  return needed.filter((_, index) => !there[index]);
}

function platformPackage(): string | undefined {
  const name = `@modelyard/kube-${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin');
  } catch {
    return undefined;
  }
}

/** The sources of this machine. */
export function machineSources(world: ClusterWorld, signal: AbortSignal): BinarySources {
  return {
    packaged: platformPackage,
    go: () => findCommand('go', { ...world.env, PATH: `${world.env.PATH ?? ''}:/usr/local/go/bin` }),
    build: (go, target) => buildBinaries(go, target, world, signal),
    hash: sourceHash,
  };
}

function incomplete(folder: string, missing: readonly string[]): ProblemError {
  return new ProblemError([
    {
      code: 'missing-binaries',
      where: `MODELYARD_KUBE_BIN=${folder}`,
      what: `the folder lacks ${missing.join(', ')}`,
      remedy: 'put them there, or unset MODELYARD_KUBE_BIN to have them built',
    },
  ]);
}

function nothingPossible(): ProblemError {
  return new ProblemError([
    {
      code: 'no-kubernetes-binaries',
      where: 'modelyard cluster up',
      what: 'found no Kubernetes programs, and no Go to build them with',
      remedy: 'install Go 1.26 or later (https://go.dev/dl) and run the command again, or set MODELYARD_KUBE_BIN to a folder that has them',
    },
  ]);
}

/** The folder with every needed program: from the environment, a package or the cache, else built; one line for each step. */
export async function findBinaries(needed: readonly string[], world: ClusterWorld, sources: BinarySources): Promise<string> {
  const { env, log } = world;
  if (env.MODELYARD_KUBE_BIN) {
    const chosen = resolve(env.MODELYARD_KUBE_BIN);
    const missing = await missingIn(chosen, needed);
    if (missing.length > 0) throw incomplete(chosen, missing);
    return use(chosen, 'MODELYARD_KUBE_BIN', log);
  }
  const packaged = sources.packaged();
  const offered = [
    { from: 'KUBEBUILDER_ASSETS', folder: env.KUBEBUILDER_ASSETS && resolve(env.KUBEBUILDER_ASSETS) },
    { from: 'the installed platform package', folder: packaged },
  ];
  for (const { from, folder } of offered) {
    if (!folder) continue;
    const missing = await missingIn(folder, needed);
    if (missing.length === 0) return use(folder, from, log);
    log(`${from} (${folder}) lacks ${missing.join(', ')}; looking further`);
  }
  return cachedOrBuilt(needed, world, sources);
}

function use(folder: string, from: string, log: ClusterWorld['log']): string {
  log(`Kubernetes programs: ${folder} (${from})`);
  return folder;
}

async function cachedOrBuilt(needed: readonly string[], { env, log }: ClusterWorld, sources: BinarySources): Promise<string> {
  const name = `${await sources.hash()}-${process.platform}-${process.arch}`;
  const cached = join(cacheDirectory(env), 'kube', name);
  if ((await missingIn(cached, needed)).length === 0) return use(cached, 'cache', log);
  const go = await sources.go();
  if (!go) throw nothingPossible();
  log(`building Kubernetes with ${go} into ${cached}: once for this machine, 12 to 40 minutes on two cores`);
  await sources.build(go, cached);
  const missing = await missingIn(cached, needed);
  if (missing.length > 0) throw new Error(`the build made no ${missing.join(', ')}`);
  return use(cached, 'just built', log);
}

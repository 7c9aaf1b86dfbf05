import { mkdir } from 'node:fs/promises';
import { ProblemError } from '@modelyard/core';
import { findCommand, mustRun } from './commands.ts';
import { clusterNameOf, clusterPaths } from './paths.ts';
import { writeState } from './state.ts';
import type { ClusterOptions, ClusterState, ClusterWorld } from './types.ts';

const MINUTES = 60;

function noNodeHere(): ProblemError {
  const platform = process.platform === 'linux' ? 'this user is not root' : `this is ${process.platform}, not Linux`;
  return new ProblemError([
    {
      code: 'no-node-here',
      where: 'modelyard cluster up',
      what: `a node of our own needs Linux and root, and ${platform}; kind is not on PATH either`,
      remedy:
        'run the command as root, or install kind (https://kind.sigs.k8s.io) and a Docker engine, or use --mode control-plane, which runs no containers',
    },
  ]);
}

/** Has kind make the cluster, where a node of our own cannot run; it has no simulated GPUs. */
export async function startKindCluster(options: ClusterOptions, world: ClusterWorld): Promise<ClusterState> {
  const kind = await findCommand('kind', world.env);
  if (!kind) throw noNodeHere();
  const name = clusterNameOf(options);
  const { directory } = clusterPaths(options, world.env);
  world.log(`no root on Linux here: ${kind} makes the cluster`);
  if (options.gpus > 0) world.log('kind cannot simulate GPUs: pods that ask for nvidia.com/gpu will stay Pending');
  await mustRun(kind, ['create', 'cluster', '--name', name], { env: world.env, timeoutSeconds: 15 * MINUTES });
  await mkdir(directory, { recursive: true });
  const state: ClusterState = {
    version: 1,
    name,
    mode: 'kind',
    phase: 'running',
    directory,
    context: `kind-${name}`,
    server: '',
    gpus: 0,
    nodes: [`${name}-control-plane`],
    kubernetesVersion: '',
    binaries: kind,
    ports: {},
    processes: [],
  };
  await writeState(state);
  return state;
}

/** Has kind remove the cluster. */
export async function stopKindCluster(state: ClusterState, world: ClusterWorld): Promise<void> {
  const args = ['delete', 'cluster', '--name', state.name];
  await mustRun(state.binaries, args, { env: world.env, timeoutSeconds: 5 * MINUTES });
}

/** Has kind bring an image of the Docker engine into its node. */
export async function loadIntoKind(state: ClusterState, image: string, world: ClusterWorld): Promise<void> {
  const args = ['load', 'docker-image', image, '--name', state.name];
  await mustRun(state.binaries, args, { env: world.env, timeoutSeconds: 10 * MINUTES });
}

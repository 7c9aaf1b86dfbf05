import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stopKindCluster } from './kind.ts';
import { whileAlone } from './lock.ts';
import { clusterNameOf, clusterPaths } from './paths.ts';
import { endProcesses } from './processes.ts';
import { withdrawContext } from './publish-context.ts';
import { NODE_STATE_FILE, readState } from './state.ts';
import { removeNodeTraces, stopNode } from './stop-node.ts';
import type { ClusterChoice, ClusterState, ClusterWorld } from './types.ts';

/** What `clusterDown` found: the cluster it took down, or that there was none. */
export type ClusterDown = { readonly outcome: 'taken-down'; readonly name: string } | { readonly outcome: 'absent'; readonly name: string };

/** Takes the chosen cluster down with everything it left on the machine; a cluster that is not there is no error. */
export function clusterDown(choice: ClusterChoice, world: ClusterWorld): Promise<ClusterDown> {
  const { signal } = new AbortController();
  return whileAlone(choice, world, signal, () => downAlone(choice, world));
}

async function downAlone(choice: ClusterChoice, world: ClusterWorld): Promise<ClusterDown> {
  const name = clusterNameOf(choice);
  const state = (await readState(clusterPaths(choice, world.env).stateFile)) ?? (await forgottenNode(name, choice));
  if (!state) {
    world.log(`no cluster ${name}: nothing to take down`);
    return { outcome: 'absent', name };
  }
  const started = performance.now();
  world.log(`taking down cluster ${state.name}`);
  await takeDown(state, world);
  world.log(`cluster ${state.name} is gone after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return { outcome: 'taken-down', name: state.name };
}

/** The node cluster of that name whose folder somebody deleted. */
async function forgottenNode(name: string, choice: ClusterChoice): Promise<ClusterState | undefined> {
  const state = await readState(NODE_STATE_FILE);
  return state?.name === name && choice.directory === undefined ? state : undefined;
}

/** Ends the cluster's processes and removes its traces; works for a half-started one and can be repeated. */
export async function takeDown(state: ClusterState, world: ClusterWorld): Promise<void> {
  if (state.mode === 'kind') await stopKindCluster(state, world);
  else if (state.mode === 'node') await stopNode(state, world.env);
  // The data goes next, so nobody needs to write it down in peace.
  else await endProcesses(state.processes, 1);
  // The state stays readable until this worked, so that a broken kubeconfig can be mended and `down` repeated.
  if (state.kubeconfig) await withdrawContext(state.kubeconfig, state.context);
  await removeNodeTraces(state, world.env);
  await removeFolder(state.directory);
}

/** Removes our own files alone: the folder may be one that the user named. */
async function removeFolder(directory: string): Promise<void> {
  const ours = ['pki', 'logs', 'kubeconfigs', 'kubeconfig', 'etcd', 'node', 'cluster.json', 'cluster.json.new'];
  for (const name of ours) await rm(join(directory, name), { recursive: true, force: true });
  await rmdir(directory).catch(() => {});
}

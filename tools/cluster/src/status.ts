import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { adminAccess, readApi } from './api.ts';
import { readReadyNode } from './fake-nodes.ts';
import { clusterPaths, clustersDirectory } from './paths.ts';
import { isRunning } from './processes.ts';
import { readOfferedGpus } from './start-node.ts';
import { readState } from './state.ts';
import type { ClusterChoice, ClusterState, ClusterWorld } from './types.ts';

/** One node as the API server sees it. */
export interface NodeReport {
  readonly name: string;
  readonly isReady: boolean;
  readonly gpus: number;
}

/** How a cluster is doing. */
export type ClusterStatus =
  | { readonly outcome: 'absent' }
  | {
      readonly outcome: 'running' | 'broken';
      readonly state: ClusterState;
      readonly isApiReady: boolean;
      readonly ended: readonly string[];
      readonly nodes: readonly NodeReport[];
    };

/** The state of the cluster with that name, or undefined; it may have died since. */
export function findCluster(choice: ClusterChoice, env: NodeJS.ProcessEnv): Promise<ClusterState | undefined> {
  return readState(clusterPaths(choice, env).stateFile);
}

/** The states of all clusters of this user in the default place. */
export async function listClusters(env: NodeJS.ProcessEnv): Promise<ClusterState[]> {
  const folder = clustersDirectory(env);
  const names = (await readdir(folder).catch(() => [])).sort();
  const states = await Promise.all(names.map((name) => readState(join(folder, name, 'cluster.json'))));
  return states.filter((state) => state !== undefined);
}

/** Looks at the cluster's processes, its API server and its nodes. */
export async function clusterStatus(choice: ClusterChoice, world: ClusterWorld): Promise<ClusterStatus> {
  const state = await findCluster(choice, world.env);
  if (!state) return { outcome: 'absent' };
  if (state.mode === 'kind') return { outcome: 'running', state, isApiReady: true, ended: [], nodes: [] };
  const running = await Promise.all(state.processes.map(isRunning));
  const ended = state.processes.filter((_, index) => !running[index]).map((record) => record.name);
  const { isApiReady, nodes } = await askServer(state, clusterPaths(choice, world.env).pki);
  const isWhole = isApiReady && ended.length === 0 && state.phase === 'running' && nodes.every((node) => node.isReady);
  return { outcome: isWhole ? 'running' : 'broken', state, isApiReady, ended, nodes };
}

async function askServer(state: ClusterState, pki: string): Promise<{ isApiReady: boolean; nodes: NodeReport[] }> {
  const access = await adminAccess(pki, state.server).catch(() => undefined);
  if (!access || (await readApi(access, '/readyz')) === undefined) return { isApiReady: false, nodes: [] };
  const nodes = state.nodes.map(async (name) => ({
    name,
    isReady: (await readReadyNode(access, name)) !== undefined,
    gpus: await readOfferedGpus(access, name),
  }));
  return { isApiReady: true, nodes: await Promise.all(nodes) };
}

import { ProblemError } from '@modelyard/core';
import { takeDown } from './down.ts';
import { clusterPaths } from './paths.ts';
import { endedProcesses } from './processes.ts';
import { NODE_STATE_FILE, readState } from './state.ts';
import type { ClusterOptions, ClusterState, ClusterWorld } from './types.ts';

async function isHealthy(state: ClusterState): Promise<boolean> {
  if (state.phase !== 'running') return false;
  return state.processes.length > 0 && (await endedProcesses(state.processes)).length === 0;
}

function differs(state: ClusterState, options: ClusterOptions): ProblemError {
  return new ProblemError([
    {
      code: 'cluster-exists',
      where: `cluster ${state.name}`,
      what: `it runs already as ${state.mode} with ${state.gpus} GPUs; asked for ${options.mode} with ${options.gpus}`,
      remedy: `take it down first: modelyard cluster down --name ${state.name}`,
    },
  ]);
}

function otherNode(state: ClusterState): ProblemError {
  return new ProblemError([
    {
      code: 'node-cluster-exists',
      where: `cluster ${state.name}`,
      what: 'this machine runs one node cluster at a time, and it runs this one',
      remedy: `take it down first: modelyard cluster down --name ${state.name}`,
    },
  ]);
}

/** The cluster that runs already as asked for, or undefined when the way is free; remains of a dead one are removed. */
export async function reuseRunning(options: ClusterOptions, world: ClusterWorld): Promise<ClusterState | undefined> {
  const paths = clusterPaths(options, world.env);
  const own = await readState(paths.stateFile);
  const node = options.mode === 'node' ? await readState(NODE_STATE_FILE) : undefined;
  for (const state of [own, node?.directory === own?.directory ? undefined : node]) {
    if (!state) continue;
    if (await isHealthy(state)) {
      if (state.directory !== paths.directory) throw otherNode(state);
      if (state.mode !== options.mode || state.gpus !== options.gpus) throw differs(state, options);
      world.log(`cluster ${state.name} runs already; context ${state.context}`);
      return state;
    }
    world.log(`removing what is left of cluster ${state.name}`);
    await takeDown(state, world);
  }
  return undefined;
}

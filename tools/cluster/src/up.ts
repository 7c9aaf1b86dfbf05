import { mkdir } from 'node:fs/promises';
import { ProblemError } from '@modelyard/core';
import { adminAccess } from './api.ts';
import { findBinaries, machineSources, NEEDED_BINARIES } from './binaries.ts';
import { KUBERNETES_VERSION } from './build-binaries.ts';
import { type ControlPlane, portsFrom, serverOf } from './control-plane.ts';
import { takeDown } from './down.ts';
import { startFakeNodes } from './fake-nodes.ts';
import { whileInterruptible } from './interrupt.ts';
import { startKindCluster } from './kind.ts';
import { whileAlone } from './lock.ts';
import { NODE_ADDRESS, NODE_API_PORT } from './node-network.ts';
import { canRunNode, requireNodeTools, requireTools } from './node-preconditions.ts';
import { clusterNameOf, clusterPaths, contextOf, userKubeconfigFile } from './paths.ts';
import { pickPortBlock } from './ports.ts';
import { publishContext } from './publish-context.ts';
import { reuseRunning } from './reuse.ts';
import { startControlPlane } from './start-control-plane.ts';
import { startNodeCluster } from './start-node.ts';
import { noteState, type Startup } from './startup.ts';
import type { ClusterOptions, ClusterState, ClusterWorld, FakeNode } from './types.ts';

/** Brings a cluster up and gives its state; a failure or an interrupt takes everything down again. Throws ProblemError. */
export async function clusterUp(options: ClusterOptions, world: ClusterWorld): Promise<ClusterState> {
  checkGpus(options.gpus);
  return whileInterruptible(world, (signal) => whileAlone(options, world, signal, () => upAlone(options, world, signal)));
}

async function upAlone(options: ClusterOptions, world: ClusterWorld, signal: AbortSignal): Promise<ClusterState> {
  const running = await reuseRunning(options, world);
  if (running) return running;
  if (options.mode === 'node' && !canRunNode()) return startKindCluster(options, world);
  await (options.mode === 'node' ? requireNodeTools(world.env) : requireTools(['openssl'], world.env));
  const binaries = await findBinaries(NEEDED_BINARIES[options.mode], world, machineSources(world, signal));
  return startAll(options, world, binaries, signal);
}

function checkGpus(gpus: number): void {
  if (Number.isInteger(gpus) && gpus >= 0 && gpus <= 64) return;
  throw new ProblemError([
    {
      code: 'bad-gpus',
      where: '--gpus',
      what: `"${gpus}" is not a number of GPUs`,
      remedy: 'give a whole number from 0 to 64, for example --gpus 2',
    },
  ]);
}

async function startAll(options: ClusterOptions, world: ClusterWorld, binaries: string, signal: AbortSignal) {
  const started = performance.now();
  const plane = await planeOf(options, world, binaries);
  const startup = await beginStartup(options, world, plane, signal);
  try {
    if (options.mode === 'node') await startNodeCluster(startup, plane);
    else await startSimulated(startup, plane, nodesOf(options));
    await publish(startup);
    await noteState(startup, { phase: 'running' });
  } catch (error) {
    world.log('the start did not succeed; taking down what was started');
    await takeDown(startup.state, world);
    throw error;
  }
  world.log(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s; context ${startup.state.context}`);
  return startup.state;
}

async function planeOf(options: ClusterOptions, world: ClusterWorld, binaries: string): Promise<ControlPlane> {
  const paths = clusterPaths(options, world.env);
  if (options.mode === 'node') return { binaries, paths, address: NODE_ADDRESS, ports: portsFrom(NODE_API_PORT) };
  return { binaries, paths, address: '127.0.0.1', ports: portsFrom(await pickPortBlock()) };
}

/** The fake nodes of a control plane: the caller's, or one with the GPUs asked for. */
function nodesOf(options: ClusterOptions): readonly FakeNode[] {
  return options.nodes ?? [{ name: 'fake-0', gpus: options.gpus }];
}

async function beginStartup(options: ClusterOptions, world: ClusterWorld, plane: ControlPlane, signal: AbortSignal): Promise<Startup> {
  const name = clusterNameOf(options);
  const { directory } = plane.paths;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const state: ClusterState = {
    version: 1,
    name,
    mode: options.mode,
    phase: 'starting',
    directory,
    context: contextOf(name),
    server: serverOf(plane),
    gpus: options.gpus,
    nodes: options.mode === 'node' ? [name] : nodesOf(options).map((node) => node.name),
    kubernetesVersion: KUBERNETES_VERSION,
    binaries: plane.binaries,
    ports: { ...plane.ports },
    processes: [],
  };
  const startup: Startup = { paths: plane.paths, world, signal, binaries: plane.binaries, state };
  if (options.mode === 'control-plane') await noteState(startup, {});
  return startup;
}

async function startSimulated(startup: Startup, plane: ControlPlane, nodes: readonly FakeNode[]): Promise<void> {
  const access = await startControlPlane(startup, plane);
  await startFakeNodes(startup, plane, access, nodes);
}

async function publish(startup: Startup): Promise<void> {
  const { paths, state, world } = startup;
  const access = await adminAccess(paths.pki, state.server);
  const file = userKubeconfigFile(world.env);
  await noteState(startup, { kubeconfig: await publishContext(file, state.context, access) });
  world.log(`context ${state.context} is in ${file}`);
}

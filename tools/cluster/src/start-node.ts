import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NVIDIA_GPU_RESOURCE } from '@modelyard/core';
import { readApi } from './api.ts';
import { mustRun, toolEnvironment } from './commands.ts';
import { askContainerd, tryContainerd } from './containerd.ts';
import type { ControlPlane } from './control-plane.ts';
import { readReadyNode } from './fake-nodes.ts';
import { simulatedGpuLabels } from './gpu-labels.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { cniConfig, containerdConfig, kubeletConfig, kubeProxyConfig, type NodePaths, nodePaths, PAUSE_IMAGE } from './node-config.ts';
import { insideNode, makeNodeNetwork, NODE_ADDRESS, requireFreeNetwork } from './node-network.ts';
import { findCniPlugins } from './node-preconditions.ts';
import { DEVICE_PLUGIN_DIRECTORY, observeOutside } from './outside.ts';
import type { ServiceProcess } from './processes.ts';
import { startControlPlane } from './start-control-plane.ts';
import { noteState, reach, type Startup, startService } from './startup.ts';

/** Starts a control plane and a node that runs real containers, all inside one network namespace. */
export async function startNodeCluster(startup: Startup, plane: ControlPlane): Promise<void> {
  const { env } = startup.world;
  await requireFreeNetwork(env);
  await noteState(startup, { outside: await observeOutside() });
  await makeNodeNetwork(env);
  await startRuntime(startup, plane);
  const access = await startControlPlane(startup, plane, insideNode);
  await startNode(startup, plane, access);
}

async function writeNodeFiles(startup: Startup, node: NodePaths): Promise<void> {
  const { paths, state } = startup;
  const folders = [paths.logs, node.containerd, node.cni, node.cniData, node.kubelet, node.podLogs];
  for (const folder of [...folders, DEVICE_PLUGIN_DIRECTORY]) await mkdir(folder, { recursive: true });
  const cniBinaries = (await findCniPlugins()) ?? '/usr/lib/cni';
  await writeFile(node.containerdConfig, containerdConfig(node, cniBinaries));
  const json = (value: object) => JSON.stringify(value, null, 2);
  await writeFile(join(node.cni, '10-modelyard.conflist'), json(cniConfig(node)));
  await writeFile(node.kubeletConfig, json(kubeletConfig(paths)));
  await writeFile(node.proxyConfig, json(kubeProxyConfig(paths, state.name)));
}

async function startRuntime(startup: Startup, plane: ControlPlane): Promise<void> {
  const { world, signal } = startup;
  const node = nodePaths(startup.paths);
  await writeNodeFiles(startup, node);
  world.log('starting containerd');
  const containerd = { name: 'containerd', command: 'containerd', args: ['--config', node.containerdConfig] };
  await startService(startup, insideNode(containerd));
  await reach(startup, {
    what: 'containerd to answer',
    timeoutSeconds: 60,
    blame: 'containerd',
    ask: async () => ((await tryContainerd(['version'], world.env)).ok ? true : undefined),
  });
  const archive = join(node.directory, 'pause.tar');
  const args = ['-ref', PAUSE_IMAGE, '-o', archive, '-entrypoint', '/pause', `pause=${join(plane.binaries, 'pause')}`];
  await mustRun(join(plane.binaries, 'mkimage'), args, { env: toolEnvironment(world.env), signal });
  await askContainerd(['images', 'import', archive], world.env);
}

function nodeServices(startup: Startup, plane: ControlPlane): ServiceProcess[] {
  const { paths, state } = startup;
  const node = nodePaths(paths);
  const labels = Object.entries(simulatedGpuLabels(state.gpus)).map(([key, value]) => `${key}=${value}`);
  const kubelet = [
    `--config=${node.kubeletConfig}`,
    `--kubeconfig=${join(paths.kubeconfigs, 'node')}`,
    `--hostname-override=${state.name}`,
    `--node-ip=${NODE_ADDRESS}`,
    `--root-dir=${node.kubelet}`,
    `--cert-dir=${join(node.kubelet, 'pki')}`,
    ...(labels.length > 0 ? [`--node-labels=${labels.join(',')}`] : []),
  ];
  const command = (name: string) => join(plane.binaries, name);
  const services = [
    { name: 'kubelet', command: command('kubelet'), args: kubelet },
    { name: 'kube-proxy', command: command('kube-proxy'), args: [`--config=${node.proxyConfig}`] },
  ];
  if (state.gpus === 0) return services;
  return [...services, { name: 'fakegpu', command: command('fakegpu'), args: ['-n', String(state.gpus)] }];
}

async function startNode(startup: Startup, plane: ControlPlane, access: ClusterAccess): Promise<void> {
  const { state, world } = startup;
  world.log(`starting the node with ${state.gpus} simulated GPUs`);
  for (const service of nodeServices(startup, plane)) await startService(startup, insideNode(service));
  await reach(startup, {
    what: `node ${state.name} to be Ready`,
    timeoutSeconds: 120,
    blame: 'kubelet',
    ask: () => readReadyNode(access, state.name),
  });
  if (state.gpus === 0) return;
  await reach(startup, {
    what: `the node to offer ${state.gpus} ${NVIDIA_GPU_RESOURCE}`,
    timeoutSeconds: 60,
    blame: 'fakegpu',
    ask: async () => ((await readOfferedGpus(access, state.name)) === state.gpus ? true : undefined),
  });
}

/** How many GPUs the node offers to pods now. */
export async function readOfferedGpus(access: ClusterAccess, name: string): Promise<number> {
  const node = (await readApi(access, `/api/v1/nodes/${name}`)) as { status?: { allocatable?: Record<string, string> } } | undefined;
  return Number(node?.status?.allocatable?.[NVIDIA_GPU_RESOURCE] ?? 0);
}

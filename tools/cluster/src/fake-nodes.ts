import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NVIDIA_GPU_RESOURCE } from '@modelyard/core';
import { callApi, readApi } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { simulatedGpuLabels } from './gpu-labels.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import type { ServiceProcess } from './processes.ts';
import { reach, type Startup, startService } from './startup.ts';
import type { FakeNode } from './types.ts';

/** kwok plays the kubelet for the nodes that carry this annotation. */
const KWOK_ANNOTATION = { 'kwok.x-k8s.io/node': 'fake' };

const STAGES = fileURLToPath(new URL('../kwok/', import.meta.url));

/** The Node object of a fake node. */
export function fakeNodeObject(node: FakeNode) {
  const gpus = node.gpus ?? 0;
  const resources = {
    cpu: '8',
    memory: '32Gi',
    pods: '110',
    'ephemeral-storage': '100Gi',
    ...(gpus > 0 ? { [NVIDIA_GPU_RESOURCE]: String(gpus) } : {}),
    ...node.capacity,
  };
  const labels = {
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    type: 'kwok',
    ...simulatedGpuLabels(gpus),
    ...node.labels,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, annotations: KWOK_ANNOTATION, labels },
    spec: { taints: node.taints ?? [] },
    status: { capacity: resources, allocatable: resources },
  };
}

/** Gives every container of a fake node the same one-line log, so that reading logs works. */
async function writePodLog(plane: ControlPlane): Promise<string> {
  const logsFile = join(plane.paths.logs, 'pods.log');
  await writeFile(logsFile, '2026-01-01T00:00:00.000000000Z stdout F a simulated container has nothing to say\n');
  const spec = { logs: [{ logsFile, previousLogsFile: logsFile }] };
  const config = { kind: 'ClusterLogs', apiVersion: 'kwok.x-k8s.io/v1alpha1', metadata: { name: 'modelyard' }, spec };
  const file = join(plane.paths.kubeconfigs, 'kwok-logs.json');
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function kwok(plane: ControlPlane): Promise<ServiceProcess> {
  const stages = (await readdir(STAGES)).filter((file) => file.endsWith('.yaml')).sort();
  const configs = [...stages.map((file) => join(STAGES, file)), await writePodLog(plane)];
  const args = [
    `--kubeconfig=${join(plane.paths.kubeconfigs, 'admin')}`,
    ...configs.map((file) => `--config=${file}`),
    '--manage-all-nodes=false',
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--node-ip=127.0.0.1',
    `--node-port=${plane.ports.kwok}`,
    `--server-address=127.0.0.1:${plane.ports.kwok}`,
    `--tls-cert-file=${join(plane.paths.pki, 'apiserver.crt')}`,
    `--tls-private-key-file=${join(plane.paths.pki, 'apiserver.key')}`,
    '--node-lease-duration-seconds=40',
  ];
  return { name: 'kwok', command: join(plane.binaries, 'kwok'), args };
}

async function createNode(access: ClusterAccess, node: FakeNode): Promise<void> {
  const value = fakeNodeObject(node);
  const created = await callApi(access, 'POST', '/api/v1/nodes', { value });
  if (created.status !== 201) throw new Error(`node ${node.name} was refused: ${JSON.stringify(created.body)}`);
}

interface NodeStatus {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** The node when its kubelet, real or played, says Ready. */
export async function readReadyNode(access: ClusterAccess, name: string): Promise<NodeStatus | undefined> {
  const node = (await readApi(access, `/api/v1/nodes/${name}`)) as NodeStatus | undefined;
  const ready = node?.status?.conditions?.find((condition) => condition.type === 'Ready');
  return ready?.status === 'True' ? node : undefined;
}

/** Starts kwok, makes the fake nodes and waits until each is Ready. */
export async function startFakeNodes(
  startup: Startup,
  plane: ControlPlane,
  access: ClusterAccess,
  nodes: readonly FakeNode[],
): Promise<void> {
  await startService(startup, await kwok(plane));
  for (const node of nodes) await createNode(access, node);
  for (const { name } of nodes) {
    const ask = () => readReadyNode(access, name);
    await reach(startup, { what: `node ${name} to be Ready`, timeoutSeconds: 60, blame: 'kwok', ask });
  }
}

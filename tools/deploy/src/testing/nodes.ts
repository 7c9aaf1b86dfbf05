import type { KubeNode, Taint } from '../kube/index.ts';
import type { PlacedPod, SchedulingSpec } from '../preflight/index.ts';

export interface NodeSketch {
  readonly pool?: string;
  readonly gpus?: number;
  /** Other devices than whole GPUs, or other amounts. */
  readonly offers?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly cordoned?: boolean;
  readonly ready?: boolean;
}

/** A node with A10s and a recent driver, unless told otherwise. */
export function gpuNode(name: string, sketch: NodeSketch = {}): KubeNode {
  const { pool = 'a10', gpus = 4, offers = {}, labels = {}, taints = [], cordoned = false, ready = true } = sketch;
  const gpu = gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {};
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'cloud.google.com/gke-nodepool': pool, 'nvidia.com/gpu.present': 'true', ...GPU_LABELS, ...labels } },
    spec: { taints, ...(cordoned ? { unschedulable: true } : {}) },
    status: {
      allocatable: { cpu: '16', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110', ...gpu, ...offers },
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

const GPU_LABELS = {
  'nvidia.com/gpu.product': 'NVIDIA-A10',
  'nvidia.com/gpu.memory': '23028',
  'nvidia.com/gpu.compute.major': '8',
  'nvidia.com/gpu.compute.minor': '6',
  'nvidia.com/cuda.driver-version.full': '580.95.05',
};

/** A container that asks for so many devices. */
export const asking = (devices: number, resource = 'nvidia.com/gpu', more: Readonly<Record<string, string>> = {}): SchedulingSpec => ({
  containers: [{ name: 'model', resources: { requests: { cpu: '1', memory: '1Gi', ...more, [resource]: String(devices) } } }],
});

/** A pod that runs on a node. */
export function placedPod(name: string, node: string, spec: SchedulingSpec, owner = name, namespace = 'ml'): PlacedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': owner } },
    spec: { ...spec, nodeName: node },
    status: { phase: 'Running' },
  };
}

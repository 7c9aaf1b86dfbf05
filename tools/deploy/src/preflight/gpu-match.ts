import { type CudaSpec, computeCapabilityFits, driverFits } from '@modelyard/core';
import type { NodeRefusal } from '../kube/index.ts';
import type { GpuDemand } from './gpu-demand.ts';
import { type GpuFacts, isProduct } from './gpu-facts.ts';

/** Why a node does not fit, by kind: the remedy follows from it. */
export type RefusalKind = NodeRefusal['kind'] | 'resource' | 'driver' | 'capability' | 'memory' | 'product';

export interface Refusal {
  readonly kind: RefusalKind;
  readonly text: string;
}

/** Why a node's GPUs do not serve the demand. What feature discovery does not say is no reason. */
export function gpuRefusals(facts: GpuFacts, demand: GpuDemand): Refusal[] {
  return [...cudaRefusals(facts, demand.cuda), ...deviceRefusals(facts, demand)];
}

function cudaRefusals({ driver, capability }: GpuFacts, cuda: CudaSpec | undefined): Refusal[] {
  if (!cuda) return [];
  const refusals: Refusal[] = [];
  if (driver && !driverFits(cuda, driver)) {
    refusals.push({ kind: 'driver', text: `driver ${driver} is older than ${cuda.minDriver}, which CUDA ${cuda.version} needs` });
  }
  if (capability && !computeCapabilityFits(cuda, capability)) {
    refusals.push({ kind: 'capability', text: `the image has no code for compute capability ${capability} (${capabilityRange(cuda)})` });
  }
  return refusals;
}

function deviceRefusals({ product, memoryMiB }: GpuFacts, demand: GpuDemand): Refusal[] {
  const refusals: Refusal[] = [];
  if (demand.products && product && !isProduct(product, demand.products)) {
    refusals.push({ kind: 'product', text: `${product} is not one of ${demand.products.join(', ')}` });
  }
  if (demand.memoryMiB && memoryMiB && memoryMiB < demand.memoryMiB) {
    refusals.push({ kind: 'memory', text: `a device has ${memoryMiB} MiB, the model needs ${demand.memoryMiB} MiB` });
  }
  return refusals;
}

/** `it has 5.0 to 12.0, none of 10.x, 11.x`. */
function capabilityRange({ computeCapability }: CudaSpec): string {
  const { min = 'any', max, exceptMajors = [] } = computeCapability ?? {};
  const except = exceptMajors.length > 0 ? `, none of ${exceptMajors.map((major) => `${major}.x`).join(', ')}` : '';
  return `${max === undefined ? `it has ${min} and newer` : `it has ${min} to ${max}`}${except}`;
}

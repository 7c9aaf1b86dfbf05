import type { GpuWishes } from '../release/index.ts';
import { type Amounts, podRequests } from './requests.ts';
import type { SchedulingSpec } from './scheduling.ts';

/** What a service asks of GPU nodes. */
export interface GpuDemand extends GpuWishes {
  /** Name of the extended resource: `nvidia.com/gpu`, `nvidia.com/mig-1g.10gb`. */
  readonly resource: string;
  readonly perPod: number;
  readonly pod: SchedulingSpec;
  /** All that one pod asks for, the devices among it. */
  readonly requests: Amounts;
  readonly replicas: number;
  /** Pods of a canary that are still to find a place beside those that serve. */
  readonly beside: number;
}

/** What a pod template asks of GPU nodes; undefined when it asks for no device. */
export function gpuDemandOf(pod: SchedulingSpec, replicas: number, wishes: GpuWishes = {}, beside = 0): GpuDemand | undefined {
  const requests = podRequests(pod);
  const resource = Object.keys(requests).find((name) => isDevice(name) && (requests[name] ?? 0) > 0);
  return resource === undefined ? undefined : { ...wishes, resource, perPod: requests[resource] ?? 0, pod, requests, replicas, beside };
}

/** Extended resources have a domain that is not Kubernetes' own. */
export const isDevice = (resource: string): boolean => resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource);

import { createHash } from 'node:crypto';
import { NVIDIA_GPU_RESOURCE, type ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** Name of the claim, and of its one request, in pods. */
const CLAIM_NAME = 'gpu';
/** Where NVIDIA's driver for Dynamic Resource Allocation says what a device is. */
const DEVICE_DOMAIN = 'gpu.nvidia.com';
/** Label of GPU feature discovery. */
const PRODUCT_LABEL = 'nvidia.com/gpu.product';

/** What a pod says of its GPUs beside the amounts in its container. */
export interface GpuPodFields {
  readonly runtimeClassName?: string;
  readonly affinity?: object;
  readonly resourceClaims?: readonly object[];
}

/** The extended resource of a container with its amount; nothing when there are no GPUs, or when they are claimed. */
export function gpuAmount(spec: ServiceSpec): Record<string, string> {
  const { gpus, gpu } = spec.deploy;
  return gpus > 0 && gpu.claim === 'device-plugin' ? { [gpu.resource]: String(gpus) } : {};
}

/** The claims that a container uses. */
export function gpuClaims(spec: ServiceSpec): { claims?: readonly object[] } {
  return isClaimed(spec) ? { claims: [{ name: CLAIM_NAME }] } : {};
}

/** The fields of a pod that hold it on nodes with the right GPUs. */
export function gpuPodFields(spec: ServiceSpec): GpuPodFields {
  const { gpus, gpu } = spec.deploy;
  if (gpus === 0) return {};
  const wanted = isClaimed(spec) ? [] : nodeRequirements(spec);
  return {
    ...(gpu.runtimeClass ? { runtimeClassName: gpu.runtimeClass } : {}),
    ...(wanted.length > 0 ? { affinity: nodeAffinity(wanted) } : {}),
    ...(isClaimed(spec) ? { resourceClaims: [{ name: CLAIM_NAME, resourceClaimTemplateName: claimTemplateName(spec) }] } : {}),
  };
}

/** The taint of GPU nodes. */
export function gpuTolerations(spec: ServiceSpec): object[] {
  return spec.deploy.gpus > 0 ? [{ key: NVIDIA_GPU_RESOURCE, operator: 'Exists', effect: 'NoSchedule' }] : [];
}

/** The ResourceClaimTemplate of the pods; none unless GPUs are claimed. */
export function renderClaimTemplate(spec: ServiceSpec, request: RenderRequest): KubeObject[] {
  if (!isClaimed(spec)) return [];
  const { gpus, gpu } = spec.deploy;
  const selectors = deviceConditions(spec).map((expression) => ({ cel: { expression } }));
  const exactly = {
    deviceClassName: gpu.deviceClass,
    allocationMode: 'ExactCount',
    count: gpus,
    ...(selectors.length > 0 ? { selectors } : {}),
  };
  return [
    {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaimTemplate',
      metadata: { ...metadataOf(spec, request), name: claimTemplateName(spec) },
      spec: { spec: { devices: { requests: [{ name: CLAIM_NAME, exactly }] } } },
    },
  ];
}

const isClaimed = ({ deploy: { gpus, gpu } }: ServiceSpec): boolean => gpus > 0 && gpu.claim === 'dra';

/** A template can never change: another content is another template, and the pods of the old one keep theirs until they go. */
function claimTemplateName(spec: ServiceSpec): string {
  const { gpus, gpu } = spec.deploy;
  const lines = [gpu.deviceClass, String(gpus), ...deviceConditions(spec)].map((line) => `${line}\n`);
  const hash = createHash('sha256').update(lines.join('')).digest('hex');
  return `${spec.names.label}-gpu-${hash.slice(0, 8)}`;
}

/** What the device must be, in CEL. */
function deviceConditions(spec: ServiceSpec): string[] {
  const { resource, memoryMiB, products } = spec.deploy.gpu;
  const profile = /\/mig-(\d+g\.\d+gb)(?:\.(.+))?$/.exec(resource);
  const names = products.map((name) => `"${name}"`).join(', ');
  return [
    ...(profile ? [`device.attributes["${DEVICE_DOMAIN}"].profile == "${[profile[1], profile[2]].filter(Boolean).join('+')}"`] : []),
    ...(memoryMiB === undefined ? [] : [`device.capacity["${DEVICE_DOMAIN}"].memory.compareTo(quantity("${memoryMiB}Mi")) >= 0`]),
    // Labels have a "-" where the driver's own names have a blank.
    ...(products.length === 0 ? [] : [`device.attributes["${DEVICE_DOMAIN}"].productName.replace(" ", "-") in [${names}]`]),
  ];
}

/** What the labels of a node must say, by GPU feature discovery. */
function nodeRequirements(spec: ServiceSpec): object[] {
  const { resource, memoryMiB, products } = spec.deploy.gpu;
  const memoryLabel = `${resource.replace(/\.shared$/, '')}.memory`;
  return [
    ...(memoryMiB === undefined ? [] : [{ key: memoryLabel, operator: 'Gt', values: [String(memoryMiB - 1)] }]),
    ...(products.length === 0 ? [] : [{ key: PRODUCT_LABEL, operator: 'In', values: products }]),
  ];
}

function nodeAffinity(matchExpressions: readonly object[]): object {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } };
}

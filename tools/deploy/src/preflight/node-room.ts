import { type KubeNode, nodeRefusals, poolOf } from '../kube/index.ts';
import type { GpuDemand } from './gpu-demand.ts';
import { type GpuFacts, gpuFacts } from './gpu-facts.ts';
import { gpuRefusals, type Refusal } from './gpu-match.ts';
import { type Amounts, amountsOf, podRequests, sumOf } from './requests.ts';
import type { PlacedPod } from './scheduling.ts';

/** One node that offers devices, and how many pods of the service it can take. */
export interface NodeRoom {
  readonly node: string;
  /** Undefined when no label tells. */
  readonly pool: string | undefined;
  readonly facts: GpuFacts;
  /** Devices of the wanted resource. */
  readonly allocatable: number;
  readonly free: number;
  /** Devices that pods of the service hold. */
  readonly own: number;
  /** Why it takes none, whatever is free; empty when it may take some. */
  readonly refusals: readonly Refusal[];
  /** Pods that fit beside all that runs. */
  readonly fits: number;
  /** Pods that fit once the service's own are gone. */
  readonly fitsAlone: number;
  /** Pods that would fit, if it did not refuse them. */
  readonly wouldFit: number;
  /** What is short though devices are free: `cpu`. */
  readonly shortOf: readonly string[];
  readonly holders: readonly Holder[];
  /** Other devices of the same vendor that it offers. */
  readonly offers: readonly string[];
}

/** Who holds devices of a node. */
export interface Holder {
  readonly namespace: string;
  readonly name: string;
  readonly devices: number;
}

/** The pods of one node; undefined when they may not be listed. */
export type PodsOn = (node: string) => readonly PlacedPod[] | undefined;

/** How many pods a node can take, and why not more. */
export function roomOn(node: KubeNode, demand: GpuDemand, podsOn: PodsOn, isOwn: (pod: PlacedPod) => boolean): NodeRoom {
  const labels = node.metadata.labels ?? {};
  const facts = gpuFacts(labels, demand.resource);
  const allocatable = amountsOf(node.status?.allocatable ?? {});
  const pods = podsOn(node.metadata.name) ?? [];
  const used = usedBy(pods);
  const others = usedBy(pods.filter((pod) => !isOwn(pod)));
  const devices = allocatable[demand.resource] ?? 0;
  const refusals = refusalsOf(node, allocatable, facts, demand);
  const free = devices - (used[demand.resource] ?? 0);
  const isOpen = refusals.length === 0;
  return {
    node: node.metadata.name,
    pool: poolOf(labels),
    facts,
    allocatable: devices,
    free,
    own: (used[demand.resource] ?? 0) - (others[demand.resource] ?? 0),
    refusals,
    fits: isOpen ? podsThatFit(demand.requests, allocatable, used) : 0,
    fitsAlone: isOpen ? podsThatFit(demand.requests, allocatable, others) : 0,
    wouldFit: podsThatFit(demand.requests, allocatable, others),
    shortOf: free >= demand.perPod ? shortagesOf(demand.requests, allocatable, used) : [],
    offers: otherDevices(allocatable, demand.resource).map(([name]) => name),
    holders: holdersOf(
      pods.filter((pod) => !isOwn(pod)),
      demand.resource,
    ),
  };
}

/** The affinity of the pods says of products and memory what is told better from the labels. */
function refusalsOf(node: KubeNode, allocatable: Amounts, facts: GpuFacts, demand: GpuDemand): Refusal[] {
  const ofGpus = gpuRefusals(facts, demand);
  const isToldBetter = ofGpus.some(({ kind }) => kind === 'product' || kind === 'memory');
  const ofNode = nodeRefusals(node, demand.pod).filter(({ kind }) => kind !== 'affinity' || !isToldBetter);
  return [...ofNode, ...offerRefusals(allocatable, demand), ...ofGpus];
}

/** Pods that fit into what is left; each resource sets a bound. */
export function podsThatFit(requests: Amounts, allocatable: Amounts, used: Amounts): number {
  const bounds = Object.entries(requests)
    .filter(([, amount]) => amount > 0)
    .map(([name, amount]) => ((allocatable[name] ?? 0) - (used[name] ?? 0)) / amount);
  // Sums of fractions such as 0.1 core miss their whole by a hair.
  return Math.max(0, Math.floor(Math.min(...bounds) + 1e-9));
}

function shortagesOf(requests: Amounts, allocatable: Amounts, used: Amounts): string[] {
  return Object.keys(requests).filter((name) => podsThatFit({ [name]: requests[name] ?? 0 }, allocatable, used) === 0);
}

const usedBy = (pods: readonly PlacedPod[]): Amounts => sumOf(pods.filter(isAlive).map((pod) => podRequests(pod.spec ?? {})));

/** What has ended holds nothing any more. */
export const isAlive = (pod: PlacedPod): boolean => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';

function offerRefusals(allocatable: Amounts, { resource, perPod }: GpuDemand): Refusal[] {
  const offered = allocatable[resource] ?? 0;
  if (offered >= perPod) return [];
  if (offered > 0) return [{ kind: 'resource', text: `has ${offered} ${resource}, a pod asks for ${perPod}` }];
  const instead = otherDevices(allocatable, resource)
    .map(([name, amount]) => `${name}: ${amount}`)
    .join(', ');
  return [{ kind: 'resource', text: `offers ${instead === '' ? '' : `${instead}, but `}no ${resource}` }];
}

const otherDevices = (allocatable: Amounts, resource: string): [string, number][] =>
  Object.entries(allocatable).filter(([name, amount]) => amount > 0 && name !== resource && name.startsWith(`${resource.split('/')[0]}/`));

/** Devices by the controller of the pods that hold them, as far as a name tells. */
function holdersOf(pods: readonly PlacedPod[], resource: string): Holder[] {
  const held = new Map<string, Holder>();
  for (const pod of pods.filter(isAlive)) {
    const devices = podRequests(pod.spec ?? {})[resource] ?? 0;
    if (devices === 0) continue;
    const { namespace = '', name, labels } = pod.metadata;
    const holder = { namespace, name: labels?.['app.kubernetes.io/name'] ?? name };
    const key = `${holder.namespace}/${holder.name}`;
    held.set(key, { ...holder, devices: (held.get(key)?.devices ?? 0) + devices });
  }
  return [...held.values()];
}

import { NVIDIA_GPU_RESOURCE } from '@modelyard/core';
import { type KubeNode, type LivePod, parseQuantity } from '../kube/index.ts';
import { GRACES } from './graces.ts';
import { describePools } from './pools.ts';
import { hasLeavingPods } from './select.ts';
import type { Cause, Rollout } from './types.ts';

/** What keeps a pod from every node, with what it asks for beside what the nodes have. */
export function schedulingCause(pod: LivePod, rollout: Rollout): Cause | undefined {
  const condition = pod.status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  if (condition?.reason === 'SchedulingGated') return gateCause(pod);
  if (condition?.reason !== 'Unschedulable') return undefined;
  const message = withoutPreemption(condition.message ?? 'no node fits');
  if (VOLUME_SIGNS.test(message)) return volumeCause(pod, message);
  const shortages = [...message.matchAll(/Insufficient ([\w./-]+\w)/g)].map((match) => match[1] as string);
  const asked = shortages.map((resource) => describeShortage(resource, pod, rollout.nodes)).filter((text) => text !== undefined);
  const pools = rollout.nodes ? describePools(pod, rollout.nodes) : [];
  return {
    code: 'unschedulable',
    where: `pod/${pod.metadata.name}`,
    what: [...asked, message].join('; '),
    remedy: CLAIM_SIGNS.test(message) ? CLAIM_REMEDY : remedyFor(shortages),
    graceSeconds: (mayStillFit(pod, rollout) ? GRACES.nodeToCome : GRACES.noNode).seconds,
    ...(pools.length > 0 ? { details: pools } : {}),
  };
}

function gateCause(pod: LivePod): Cause {
  const gates = (pod.spec?.schedulingGates ?? []).map((gate) => gate.name).join(', ');
  return {
    code: 'scheduling-gated',
    where: `pod/${pod.metadata.name}`,
    what: `the pod is held back from the scheduler by ${gates || 'a scheduling gate'}`,
    remedy: 'ask whoever set the gate: a queue such as Kueue lets the pod go when it is its turn',
    graceSeconds: GRACES.gated.seconds,
  };
}

/** What the scheduler says of claims and volumes (pkg/scheduler/framework/plugins/volumebinding). */
const VOLUME_SIGNS = /persistentvolumeclaim|persistent volume|PersistentVolume's node affinity|volume count|volume zone|pvc\(s\)/i;

function volumeCause(pod: LivePod, message: string): Cause {
  return {
    code: 'volume',
    where: `pod/${pod.metadata.name}`,
    what: message,
    remedy: 'see "kubectl describe pvc": the claim must exist, and its storage class must give it a volume where the pod can run',
    graceSeconds: GRACES.claim.seconds,
  };
}

/** What the scheduler says of devices (pkg/scheduler/framework/plugins/dynamicresources). */
const CLAIM_SIGNS = /allocate all claims|resourceclaim|DeviceClass/i;
const CLAIM_REMEDY =
  'compare deploy.gpu (deviceClass, products, memoryMiB) with the devices that the cluster has, "kubectl get resourceslices -o yaml", or free GPUs';

/** Room is coming: pods are leaving, or an autoscaler said that it adds a node. */
function mayStillFit(pod: LivePod, rollout: Rollout): boolean {
  const scalesUp = rollout.events.some((event) => event.reason === 'TriggeredScaleUp' && event.involvedObject.name === pod.metadata.name);
  return scalesUp || hasLeavingPods(rollout);
}

function describeShortage(resource: string, pod: LivePod, nodes: readonly KubeNode[] | undefined): string | undefined {
  const asked = pod.spec?.containers?.[0]?.resources?.requests?.[resource];
  if (asked === undefined) return undefined;
  if (nodes === undefined) return `asks for ${resource}: ${asked}`;
  const offers = nodes.map((node) => ({ name: node.metadata.name, amount: node.status?.allocatable?.[resource] ?? '0' }));
  const most = offers.sort((a, b) => (parseQuantity(b.amount) ?? 0) - (parseQuantity(a.amount) ?? 0))[0];
  if (!most || parseQuantity(most.amount) === 0) return `asks for ${resource}: ${asked}, no node offers it (${count(nodes)} seen)`;
  const fits = (parseQuantity(most.amount) ?? 0) >= (parseQuantity(asked) ?? 0);
  return fits
    ? `asks for ${resource}: ${asked}, which node ${most.name} has (${most.amount}), but other pods hold it`
    : `asks for ${resource}: ${asked}, the most that a node has is ${most.amount} (node ${most.name}, ${count(nodes)} seen)`;
}

const count = (nodes: readonly KubeNode[]): string => (nodes.length === 1 ? '1 node' : `${nodes.length} nodes`);

function remedyFor(shortages: readonly string[]): string {
  if (shortages.includes(NVIDIA_GPU_RESOURCE))
    return 'lower deploy.gpus in model-service.yaml, free GPUs, or check the device plugin of the nodes';
  if (shortages.length > 0) return 'lower deploy.resources in model-service.yaml, or add a node';
  return 'compare the taints and labels of the nodes with what the pod asks for: kubectl describe nodes';
}

/** The scheduler goes on to say why it could not evict other pods, which helps nobody here. */
function withoutPreemption(message: string): string {
  return message
    .replace(/\s*(no new claims to deallocate,\s*)?preemption:.*$/s, '')
    .replace(/[,.\s]+$/, '')
    .trim();
}

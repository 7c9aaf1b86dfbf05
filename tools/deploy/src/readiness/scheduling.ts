import { type KubeNode, type LivePod, nodeRefusals, parseQuantity } from '../kube/index.ts';
import { modelContainer } from '../model-container.ts';
import { GRACES, type Grace } from './graces.ts';
import { eventsOf } from './pod-events.ts';
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
  const growth = (rollout.growth ?? []).map((pool) => `an autoscaler may add nodes: ${pool}`);
  const details = [...(rollout.nodes ? describePools(pod, rollout.nodes) : []), ...growth];
  return {
    code: 'unschedulable',
    where: `pod/${pod.metadata.name}`,
    what: [...asked, message].join('; '),
    remedy: CLAIM_SIGNS.test(message) ? CLAIM_REMEDY : remedyFor(shortages),
    graceSeconds: graceOf(pod, rollout).seconds,
    ...(details.length > 0 ? { details } : {}),
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
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(message)?.[1];
  return {
    code: 'volume',
    where: `pod/${pod.metadata.name}`,
    what: message,
    remedy: claim
      ? `create the claim "${claim}" in the namespace, or mend model.source.pvc in model-service.yaml`
      : 'see "kubectl describe pvc": the storage class of the claim must give it a volume where the pod can run',
    graceSeconds: GRACES.claim.seconds,
  };
}

/** What the scheduler says of devices (pkg/scheduler/framework/plugins/dynamicresources). */
const CLAIM_SIGNS = /allocate all claims|resourceclaim|DeviceClass/i;
const CLAIM_REMEDY =
  'compare deploy.gpu (deviceClass, products, memoryMiB) with the devices that the cluster has, "kubectl get resourceslices -o yaml", or free GPUs';

/** What an autoscaler says of a pod: the cluster autoscaler, or Karpenter, that it adds a node; the former also that none would help. */
const ADDS_NODE = new Set(['TriggeredScaleUp', 'Nominated']);
const ADDS_NONE = 'NotTriggerScaleUp';

/** Room is coming where pods leave or the scheduler makes them, or an autoscaler adds a node; one that has said nothing yet is waited for. */
function graceOf(pod: LivePod, rollout: Rollout): Grace {
  const said = eventsOf(pod, rollout).map((event) => event.reason ?? '');
  if (said.some((reason) => ADDS_NODE.has(reason)) || isNominated(pod) || hasLeavingPods(rollout)) return GRACES.nodeToCome;
  if (said.includes(ADDS_NONE) || rollout.growth?.length === 0) return GRACES.noNode;
  return rollout.growth ? GRACES.autoscalerAwaited : GRACES.autoscalerUnseen;
}

/** Pods of a lower priority leave a node for it. */
const isNominated = ({ status }: LivePod): boolean => Boolean(status?.nominatedNodeName);

function describeShortage(resource: string, pod: LivePod, nodes: readonly KubeNode[] | undefined): string | undefined {
  const asked = modelContainer(pod.spec?.containers)?.resources?.requests?.[resource];
  if (asked === undefined) return undefined;
  if (nodes === undefined) return `asks for ${resource}: ${asked}`;
  const open = nodes.filter((node) => nodeRefusals(node, pod.spec ?? {}).length === 0);
  const offers = open.map((node) => ({ name: node.metadata.name, amount: node.status?.allocatable?.[resource] ?? '0' }));
  const most = offers.sort((a, b) => (parseQuantity(b.amount) ?? 0) - (parseQuantity(a.amount) ?? 0))[0];
  const others = open.length < nodes.length ? `, ${open.length} of them open to the pod` : '';
  if (!most || parseQuantity(most.amount) === 0) return `asks for ${resource}: ${asked}, no node offers it (${count(nodes)} seen${others})`;
  const fits = (parseQuantity(most.amount) ?? 0) >= (parseQuantity(asked) ?? 0);
  return fits
    ? `asks for ${resource}: ${asked}, which node ${most.name} has (${most.amount}), but other pods hold it`
    : `asks for ${resource}: ${asked}, the most that a node has is ${most.amount} (node ${most.name}, ${count(nodes)} seen${others})`;
}

const count = (nodes: readonly KubeNode[]): string => (nodes.length === 1 ? '1 node' : `${nodes.length} nodes`);

function remedyFor(shortages: readonly string[]): string {
  if (shortages.some((resource) => resource.includes('/')))
    return 'lower deploy.gpus in model-service.yaml, free GPUs, or check the device plugin of the nodes';
  if (shortages.length > 0) return 'lower deploy.resources in model-service.yaml, or add a node';
  return 'compare the taints and labels of the nodes with what the pod asks for: kubectl describe nodes';
}

/** The scheduler goes on to say why it could not evict other pods, which helps nobody here. */
function withoutPreemption(message: string): string {
  return message
    .replace(/\s*(no new claims to deallocate,\s*)?preemption:.*$/s, '')
    .replace(/( not found)\. not found/, '$1')
    .replace(/[,.\s]+$/, '')
    .trim();
}

import { type LiveNode, type LivePod, parseQuantity, type Toleration } from '../kube/index.ts';

/** Labels by which clouds and autoscalers name a node's pool, the most exact first. */
const POOL_LABELS = [
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'kubernetes.azure.com/agentpool',
  'karpenter.sh/nodepool',
  'node.kubernetes.io/instance-type',
] as const;

/** Nodes without a pool count as one each, and there may be hundreds. */
const SHOWN_POOLS = 8;

type Taint = NonNullable<NonNullable<LiveNode['spec']>['taints']>[number];

/** Why a pod does not fit each pool of nodes, one line for each. */
export function describePools(pod: LivePod, nodes: readonly LiveNode[]): string[] {
  const pools = Map.groupBy(nodes, poolOf);
  const lines = [...pools].map(([pool, members]) => `${pool} (${count(members)}): ${whyNot(pod, members)}`).sort();
  const more = lines.length - SHOWN_POOLS;
  return more > 0 ? [...lines.slice(0, SHOWN_POOLS), `and ${more} more`] : lines;
}

const count = (nodes: readonly LiveNode[]): string => (nodes.length === 1 ? '1 node' : `${nodes.length} nodes`);

function poolOf(node: LiveNode): string {
  const labels = node.metadata.labels ?? {};
  const label = POOL_LABELS.find((name) => labels[name] !== undefined);
  return label ? `node pool ${labels[label]}` : `node ${node.metadata.name}`;
}

function whyNot(pod: LivePod, nodes: readonly LiveNode[]): string {
  const reasons = nodes.map((node) => reasonsOf(pod, node).join(', ') || 'room for what is asked, but other pods hold it');
  return [...new Set(reasons)].join('; ');
}

function reasonsOf(pod: LivePod, node: LiveNode): string[] {
  const tolerations = pod.spec?.tolerations ?? [];
  const taints = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((one) => tolerates(one, taint)),
  );
  const labels = node.metadata.labels ?? {};
  const wanted = Object.entries(pod.spec?.nodeSelector ?? {}).filter(([key, value]) => labels[key] !== value);
  return [
    ...taints.map((taint) => `taint ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect} is not tolerated`),
    ...wanted.map(([key, value]) => `label ${key}=${value} is missing`),
    ...shortagesOf(pod, node),
  ];
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.operator === 'Exists') return toleration.key === undefined || toleration.key === taint.key;
  return toleration.key === taint.key && (toleration.value ?? '') === (taint.value ?? '');
}

/** What a node never has enough of, however empty it is. */
function shortagesOf(pod: LivePod, node: LiveNode): string[] {
  const offered = node.status?.allocatable ?? {};
  const asked = Object.entries(pod.spec?.containers?.[0]?.resources?.requests ?? {});
  return asked
    .filter(([resource, amount]) => (parseQuantity(offered[resource] ?? '0') ?? 0) < (parseQuantity(amount) ?? 0))
    .map(([resource, amount]) => `${offered[resource] ?? 'no'} ${resource} of ${amount} asked`);
}

import { type KubeNode, type LivePod, nodeRefusals, parseQuantity, poolOf } from '../kube/index.ts';
import { modelContainer } from '../model-container.ts';

/** Nodes without a pool count as one each, and there may be hundreds. */
const SHOWN_POOLS = 8;

/** Why a pod does not fit each pool of nodes, one line for each. */
export function describePools(pod: LivePod, nodes: readonly KubeNode[]): string[] {
  const pools = Map.groupBy(nodes, poolNameOf);
  const lines = [...pools].map(([pool, members]) => `${pool} (${count(members)}): ${whyNot(pod, members)}`).sort();
  const more = lines.length - SHOWN_POOLS;
  return more > 0 ? [...lines.slice(0, SHOWN_POOLS), `and ${more} more`] : lines;
}

const count = (nodes: readonly KubeNode[]): string => (nodes.length === 1 ? '1 node' : `${nodes.length} nodes`);

function poolNameOf(node: KubeNode): string {
  const pool = poolOf(node.metadata.labels ?? {});
  return pool === undefined ? `node ${node.metadata.name}` : `node pool ${pool}`;
}

function whyNot(pod: LivePod, nodes: readonly KubeNode[]): string {
  const otherwise = pod.spec?.resourceClaims?.length
    ? 'no free device that its claim takes'
    : 'room for what is asked, but other pods hold it';
  const reasons = nodes.map((node) => reasonsOf(pod, node).join(', ') || otherwise);
  return [...new Set(reasons)].join('; ');
}

function reasonsOf(pod: LivePod, node: KubeNode): string[] {
  return [...nodeRefusals(node, pod.spec ?? {}).map(({ text }) => text), ...shortagesOf(pod, node)];
}

/** What a node never has enough of, however empty it is. */
function shortagesOf(pod: LivePod, node: KubeNode): string[] {
  const offered = node.status?.allocatable ?? {};
  const asked = Object.entries(modelContainer(pod.spec?.containers)?.resources?.requests ?? {});
  return asked
    .filter(([resource, amount]) => (parseQuantity(offered[resource] ?? '0') ?? 0) < (parseQuantity(amount) ?? 0))
    .map(([resource, amount]) => `${offered[resource] ?? 'no'} ${resource} of ${amount} asked`);
}

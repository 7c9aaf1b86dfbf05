import { type Cluster, ifAllowed } from '../cluster/index.ts';
import { type KubeNode, RESOURCES } from '../kube/index.ts';
import { isDevice } from './gpu-demand.ts';
import type { PodsOn } from './node-room.ts';
import { isAlive } from './node-room.ts';
import { amountsOf } from './requests.ts';
import type { PlacedPod } from './scheduling.ts';

/** The nodes that have devices of a vendor, and who runs there. */
export interface GpuNodes {
  readonly nodes: readonly KubeNode[];
  readonly plainNodes: number;
  readonly podsOn: PodsOn;
  /** False where the pods of other namespaces may not be listed; what they hold is then unknown. */
  readonly isUsageKnown: boolean;
}

/** Up to here each node is asked for its own pods; a cluster's whole list may be a hundred times as long. */
const NODES_ASKED_ONE_BY_ONE = 200;
const ALIVE = 'status.phase!=Succeeded,status.phase!=Failed';

/** Reads the nodes that have devices, and their pods; undefined when nodes may not be listed. */
export async function readGpuNodes(cluster: Cluster, resource: string): Promise<GpuNodes | undefined> {
  const all = (await ifAllowed(cluster.list({ resource: RESOURCES.Node }))) as KubeNode[] | undefined;
  if (!all) return undefined;
  const nodes = all.filter((node) => hasDevices(node, resource.split('/')[0] ?? ''));
  const pods = await readPods(cluster, nodes);
  return {
    nodes,
    plainNodes: all.length - nodes.length,
    podsOn: (name) => pods?.get(name) ?? (pods ? [] : undefined),
    isUsageKnown: pods !== undefined,
  };
}

/** A node whose device plugin does not run offers none, but its labels still tell of its GPUs. */
function hasDevices(node: KubeNode, vendor: string): boolean {
  const offered = Object.entries(amountsOf(node.status?.allocatable ?? {}));
  const offers = offered.some(([name, amount]) => isDevice(name) && name.startsWith(`${vendor}/`) && amount > 0);
  return offers || node.metadata.labels?.[`${vendor}/gpu.present`] === 'true';
}

async function readPods(cluster: Cluster, nodes: readonly KubeNode[]): Promise<Map<string, PlacedPod[]> | undefined> {
  const list = (fieldSelector: string) => cluster.list({ resource: RESOURCES.Pod, fieldSelector });
  const reads =
    nodes.length > NODES_ASKED_ONE_BY_ONE ? [list(ALIVE)] : nodes.map((node) => list(`spec.nodeName=${node.metadata.name},${ALIVE}`));
  const lists = (await ifAllowed(Promise.all(reads))) as PlacedPod[][] | undefined;
  const wanted = new Set(nodes.map((node) => node.metadata.name));
  const placed = lists?.flat().filter((pod) => isAlive(pod) && wanted.has(pod.spec?.nodeName ?? ''));
  if (!placed) return undefined;
  const distinct = [...new Map(placed.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod])).values()];
  return Map.groupBy(distinct, (pod) => pod.spec?.nodeName ?? '');
}

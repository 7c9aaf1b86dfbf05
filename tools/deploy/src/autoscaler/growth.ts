import { parse } from 'yaml';
import { type Cluster, readAllowed } from '../cluster/index.ts';
import {
  type KubeObject,
  type NodeRequirement,
  type Placement,
  parseQuantity,
  type Resource,
  satisfies,
  type Taint,
  tolerates,
} from '../kube/index.ts';

/** Where the cluster autoscaler writes what it does. */
export const AUTOSCALER_STATUS = { apiVersion: 'v1', kind: 'ConfigMap', name: 'cluster-autoscaler-status', namespace: 'kube-system' };

/** Karpenter's kind for what it may add. */
export const NODE_POOL: Resource = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', plural: 'nodepools', namespaced: false };

/** Pods that look for a node: where they may run, and which device they need. */
export interface Wanted {
  readonly pod: Placement;
  /** Name of an extended resource; empty for none. */
  readonly resource: string;
  readonly perPod: number;
}

interface NodePool extends KubeObject {
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: { readonly requirements?: readonly NodeRequirement[]; readonly taints?: readonly Taint[] };
    };
    readonly limits?: Readonly<Record<string, string | number>>;
  };
  readonly status?: { readonly resources?: Readonly<Record<string, string>> };
}

/** What autoscalers may add. */
export interface Growth {
  /** Pools that one may add nodes to, in words: a pool at zero has no node that could be looked at. */
  readonly pools: readonly string[];
  /** Rights without which it could not be seen whether there are others; none where the status of an autoscaler was seen. */
  readonly missing: readonly string[];
}

/** The right without which nothing is known of the cluster autoscaler. */
export const READ_STATUS = `read configmap ${AUTOSCALER_STATUS.name} in ns/${AUTOSCALER_STATUS.namespace}`;

/** Looks at what autoscalers may add for such pods. */
export async function readGrowth(cluster: Cluster, wanted: Wanted): Promise<Growth> {
  const [status, nodePools] = await Promise.all([
    readAllowed(cluster.read(AUTOSCALER_STATUS)),
    readAllowed(cluster.list({ resource: NODE_POOL })),
  ]);
  const groups = growingGroups((status.value?.data as { status?: string } | undefined)?.status ?? '');
  const karpenter = ((nodePools.value ?? []) as NodePool[]).filter((pool) => mayGrow(pool, wanted));
  const unseen = [...(status.isForbidden ? [READ_STATUS] : []), ...(nodePools.isForbidden ? [`list ${NODE_POOL.plural}`] : [])];
  return { pools: [...groups, ...karpenter.map((pool) => `Karpenter's ${pool.metadata.name}`)], missing: status.value ? [] : unseen };
}

/** Node groups below their largest size, as the cluster autoscaler writes them: YAML since 1.30, lines of text before. */
export function growingGroups(status: string): string[] {
  return (parseYamlGroups(status) ?? parseTextGroups(status))
    .filter((group) => group.target < group.most)
    .map((group) => `node group ${group.name} (${group.target} of ${group.most} nodes)`);
}

interface NodeGroup {
  readonly name: string;
  readonly target: number;
  readonly most: number;
}

function parseYamlGroups(status: string): NodeGroup[] | undefined {
  if (!/^\s*autoscalerStatus:/m.test(status)) return undefined;
  const { nodeGroups = [] } = parse(status) as {
    nodeGroups?: { name: string; health?: { cloudProviderTarget?: number; maxSize?: number }; scaleUp?: { status?: string } }[];
  };
  return nodeGroups
    .filter((group) => group.scaleUp?.status !== 'Backoff')
    .map(({ name, health }) => ({ name, target: health?.cloudProviderTarget ?? 0, most: health?.maxSize ?? 0 }));
}

function parseTextGroups(status: string): NodeGroup[] {
  const groups = status.matchAll(/Name:\s+(\S+)\s+Health:[^\n]*cloudProviderTarget=(\d+) \(minSize=\d+, maxSize=(\d+)\)/g);
  return [...groups].map(([, name = '', target, most]) => ({ name, target: Number(target), most: Number(most) }));
}

/** Whether nothing that the pool says of its future nodes keeps the pods away from them. */
function mayGrow(pool: NodePool, { pod, resource, perPod }: Wanted): boolean {
  const { template, limits = {} } = pool.spec ?? {};
  const hard = (template?.spec?.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule');
  const labels = template?.metadata?.labels ?? {};
  const requirements = template?.spec?.requirements ?? [];
  const isSelected = Object.entries(pod.nodeSelector ?? {}).every(
    ([key, value]) =>
      (labels[key] ?? value) === value && requirements.every((requirement) => requirement.key !== key || satisfies(value, requirement)),
  );
  const limit = limits[resource];
  const left =
    limit === undefined
      ? Number.POSITIVE_INFINITY
      : (parseQuantity(String(limit)) ?? 0) - (parseQuantity(pool.status?.resources?.[resource]) ?? 0);
  return isSelected && left >= perPod && hard.every((taint) => tolerates(pod.tolerations ?? [], taint));
}

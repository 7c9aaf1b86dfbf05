import type { KubeObject } from './object.ts';
import type { NodeRequirement, NodeSelectorTerm, Placement } from './placement.ts';
import type { Condition } from './rollout.ts';
import { type Taint, type Toleration, tolerates } from './tolerations.ts';

/** A node, as far as placing pods needs it. */
export interface KubeNode extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>>; readonly conditions?: readonly Condition[] };
}

/** What a node is refused for, before its resources are looked at. */
export interface NodeRefusal {
  readonly kind: 'health' | 'cordon' | 'mark' | 'taint' | 'labels' | 'affinity';
  readonly text: string;
}

/** Taints by which the cluster itself marks what is told in other words here. */
const CORDON_TAINT = 'node.kubernetes.io/unschedulable';
const NOT_READY_TAINTS = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);
/** Taints by which the cluster, its cloud or an autoscaler marks a node that pods had better not come to: nobody should tolerate them. */
const MARKS = /^(node\.(cloudprovider\.)?kubernetes\.io\/|ToBeDeletedByClusterAutoscaler$|karpenter\.sh\/(disrupted|unregistered)$)/;

/** Why a node takes no pod of this spec, whatever room it has; none when it may take one. */
export function nodeRefusals(node: KubeNode, spec: Placement): NodeRefusal[] {
  const tolerations = spec.tolerations ?? [];
  return [
    ...healthRefusals(node, tolerations),
    ...taintRefusals(node, tolerations),
    ...labelRefusals(node, spec).map((text) => ({ kind: 'labels', text }) as const),
    ...affinityRefusals(node, spec).map((text) => ({ kind: 'affinity', text }) as const),
  ];
}

function healthRefusals(node: KubeNode, tolerations: readonly Toleration[]): NodeRefusal[] {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  const isCordoned = node.spec?.unschedulable === true && !tolerates(tolerations, { key: CORDON_TAINT, effect: 'NoSchedule' });
  return [
    ...(ready === 'True' ? [] : [{ kind: 'health', text: 'not ready' } as const]),
    ...(isCordoned ? [{ kind: 'cordon', text: 'cordoned' } as const] : []),
  ];
}

function taintRefusals(node: KubeNode, tolerations: readonly Toleration[]): NodeRefusal[] {
  return (node.spec?.taints ?? [])
    .filter((taint) => taint.effect === 'NoSchedule' || taint.effect === 'NoExecute')
    .filter((taint) => taint.key !== CORDON_TAINT && !NOT_READY_TAINTS.has(taint.key))
    .filter((taint) => !tolerates(tolerations, taint))
    .map((taint) =>
      MARKS.test(taint.key)
        ? { kind: 'mark', text: `marked ${taintText(taint)}` }
        : { kind: 'taint', text: `taint ${taintText(taint)} is not tolerated` },
    );
}

function labelRefusals(node: KubeNode, spec: Placement): string[] {
  const labels = node.metadata.labels ?? {};
  return Object.entries(spec.nodeSelector ?? {})
    .filter(([key, value]) => labels[key] !== value)
    .map(
      ([key, value]) => `nodeSelector asks for ${key}=${value}, ${labels[key] === undefined ? 'which is not set' : `not ${labels[key]}`}`,
    );
}

/** Of a single term it is told what does not hold. */
function affinityRefusals(node: KubeNode, spec: Placement): string[] {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined || terms.some((term) => matchesTerm(node, term))) return [];
  const labels = node.metadata.labels ?? {};
  const unmet = terms.length === 1 ? (terms[0]?.matchExpressions ?? []).filter((one) => !satisfies(labels[one.key], one)) : [];
  if (unmet.length === 0) return ['the node affinity does not match'];
  return unmet.map(({ key, operator, values = [] }) => {
    const asked = [operator, ...(values.length > 0 ? [values.join(', ')] : [])].join(' ');
    return `the node affinity asks for ${key} ${asked}, ${labels[key] === undefined ? 'which is not set' : `not ${labels[key]}`}`;
  });
}

/** A term without any requirement matches no node. */
function matchesTerm(node: KubeNode, term: NodeSelectorTerm): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length + fields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    expressions.every((requirement) => satisfies(labels[requirement.key], requirement)) &&
    fields.every((requirement) => requirement.key === 'metadata.name' && satisfies(node.metadata.name, requirement))
  );
}

/** Whether a label's value, or its absence, satisfies a requirement. */
export function satisfies(value: string | undefined, { operator, values = [] }: NodeRequirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number.parseInt(value ?? '', 10) > Number.parseInt(values[0] ?? '', 10);
    case 'Lt':
      return Number.parseInt(value ?? '', 10) < Number.parseInt(values[0] ?? '', 10);
    default:
      return false;
  }
}

const taintText = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`;

import { type Cluster, ifAllowed } from '../cluster/index.ts';
import { type KubeObject, parseQuantity } from '../kube/index.ts';
import { type Amounts, amountsOf } from './requests.ts';
import { LOOKED_AT } from './resources.ts';

export interface Quota extends KubeObject {
  readonly spec?: { readonly scopes?: readonly string[]; readonly scopeSelector?: unknown };
  readonly status?: { readonly hard?: Readonly<Record<string, string>>; readonly used?: Readonly<Record<string, string>> };
}

/** What one pod counts for in quotas: requests and limits by resource. */
export interface PodCharge {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** One bound of a quota, in the unit of its resource. */
export interface QuotaBound {
  readonly quota: string;
  readonly key: string;
  readonly hard: number;
  readonly used: number;
  /** Of one pod. */
  readonly perPod: number;
}

/** Quotas of a namespace; none where they may not be listed. */
export async function readQuotas(cluster: Cluster, namespace: string): Promise<Quota[]> {
  return ((await ifAllowed(cluster.list({ resource: LOOKED_AT.ResourceQuota, namespace }))) ?? []) as Quota[];
}

/** The bounds that a pod of the service counts against. Quotas for some pods only, and bounds that cannot be read, are left to the server. */
export function boundsFor(quotas: readonly Quota[], charge: PodCharge): QuotaBound[] {
  return quotas.filter(isForEveryPod).flatMap((quota) => {
    const used = amountsOf(quota.status?.used ?? {});
    return Object.entries(quota.status?.hard ?? {}).flatMap(([key, text]) => {
      const hard = parseQuantity(text);
      const perPod = chargedFor(key, charge);
      return hard !== undefined && perPod > 0 ? [{ quota: quota.metadata.name, key, hard, used: used[key] ?? 0, perPod }] : [];
    });
  });
}

/** Pods that every quota still admits beside those that are there. */
export function podsAdmitted(bounds: readonly QuotaBound[]): number {
  return Math.max(0, Math.floor(Math.min(...bounds.map(({ hard, used, perPod }) => (hard - used) / perPod)) + 1e-9));
}

/** The bounds that so many pods alone would break, whatever else the namespace holds. */
export function brokenBounds(bounds: readonly QuotaBound[], pods: number): QuotaBound[] {
  return bounds.filter(({ hard, perPod }) => pods * perPod > hard * (1 + 1e-9));
}

const isForEveryPod = ({ spec }: Quota): boolean =>
  spec?.scopeSelector === undefined && (spec?.scopes ?? []).every((scope) => scope === 'NotTerminating' || scope === 'NotBestEffort');

/** `requests.cpu`, `cpu`, `limits.memory`, `requests.nvidia.com/gpu`, `pods`, `count/pods`. */
function chargedFor(key: string, { requests, limits }: PodCharge): number {
  if (key === 'pods' || key === 'count/pods') return 1;
  if (key.startsWith('requests.')) return requests[key.slice('requests.'.length)] ?? 0;
  if (key.startsWith('limits.')) return limits[key.slice('limits.'.length)] ?? 0;
  return ['cpu', 'memory', 'ephemeral-storage'].includes(key) ? (requests[key] ?? 0) : 0;
}

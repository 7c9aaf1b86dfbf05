import { type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import type { Note } from '../report/index.ts';
import { type CanaryPods, stillToCome } from './canary-pods.ts';
import { boundsFor, brokenBounds, type PodCharge, podsAdmitted, type QuotaBound, readQuotas } from './quota.ts';

/** What the namespace's quotas promise to a service. */
export interface QuotaOutlook {
  /** Pods that are still admitted; infinite without a quota that counts them. */
  readonly admitted: number;
  readonly bounds: readonly QuotaBound[];
  readonly notes: readonly Note[];
}

export interface QuotaQuestion {
  readonly where: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly running: number;
  /** Pods of a canary that runs beside the service's own. */
  readonly canary: CanaryPods;
  readonly charge: PodCharge;
}

/**
 * Compares quotas with what the service adds. A full quota may empty itself while pods wait, so it is a note; a quota smaller
 * than the service alone never does, so it is a problem.
 */
export async function lookAtQuotas(cluster: Cluster, question: QuotaQuestion): Promise<QuotaOutlook> {
  const { replicas, running, canary, charge, namespace } = question;
  const bounds = boundsFor(await readQuotas(cluster, namespace), charge);
  const broken = brokenBounds(bounds, replicas + canary.wanted);
  if (broken.length > 0) throw new ProblemError([quotaTooSmall(broken, question)], 'preflight');
  const admitted = podsAdmitted(bounds);
  const added = Math.max(0, replicas - running) + stillToCome(canary);
  return { admitted, bounds, notes: added > admitted ? [quotaFull(bounds, added, admitted)] : [] };
}

function quotaTooSmall(broken: readonly QuotaBound[], { where, replicas, canary }: QuotaQuestion): Problem {
  const pods = replicas + canary.wanted;
  const ofCanary = canary.wanted > 0 ? `, ${canary.wanted} of them the canary's,` : '';
  const without = canary.wanted > 0 ? 'go without a canary (deploy.rollout.canary.enabled: false), ' : '';
  return {
    code: 'quota-too-small',
    where,
    what: `${pods} pod${pods === 1 ? '' : 's'} of this size${ofCanary} can never run in the namespace: its quota is smaller`,
    remedy: `${without}lower deploy.replicas or deploy.resources, or ask for a larger quota`,
    details: broken.map(
      (bound) => `resourcequota/${bound.quota}: ${bound.key} ${amount(bound.hard)}, wanted ${amount(bound.perPod * pods)}`,
    ),
  };
}

function quotaFull(bounds: readonly QuotaBound[], added: number, admitted: number): Note {
  return {
    code: 'quota-full',
    what: `${added} more pod${added === 1 ? ' is' : 's are'} wanted, the quota admits ${admitted}; the others wait until it has room`,
    remedy: 'free some of it, or ask for a larger quota',
    details: shortBounds(bounds, added),
  };
}

/** The bounds that do not admit so many more pods, with their numbers. */
export function shortBounds(bounds: readonly QuotaBound[], added: number): string[] {
  return bounds
    .filter(({ hard, used, perPod }) => used + added * perPod > hard)
    .map(
      ({ quota, key, hard, used, perPod }) =>
        `resourcequota/${quota}: ${key} ${amount(used)} of ${amount(hard)} used, ${amount(added * perPod)} more wanted`,
    );
}

const GIBI = 2 ** 30;
const MEBI = 2 ** 20;

/** Bytes in Gi or Mi, all else as a plain number. */
function amount(value: number): string {
  if (value >= GIBI) return `${Number((value / GIBI).toFixed(2))}Gi`;
  return value >= MEBI ? `${Number((value / MEBI).toFixed(2))}Mi` : String(Number(value.toFixed(3)));
}

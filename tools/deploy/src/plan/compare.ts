import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { isLeaving, type KubeObject, keyOf, refOf } from '../kube/index.ts';
import { settleAll } from '../settle.ts';
import { refuseForeign } from './foreign.ts';
import { driftOf, ownsEveryField } from './ownership.ts';
import type { Comparison } from './plan.ts';
import { handoverOf, isAutoscaled, withReplicas } from './replicas.ts';
import { hashOf } from './stamp.ts';

/** Whether the cluster still holds the object as we applied it: the same object was sent, and no field of it was changed since. */
export function isAsApplied(desired: KubeObject, live: KubeObject | undefined): boolean {
  return live !== undefined && !isLeaving(live) && hashOf(live) === hashOf(desired) && ownsEveryField(desired, live);
}

/**
 * Each wanted object beside the live one. Those that are as applied cost nothing; of the others a dry run tells what would
 * change, and shows now what the server would refuse later. `leaving` are live objects that are no longer wanted.
 */
export function compareWithLive(
  cluster: Cluster,
  desired: readonly KubeObject[],
  members: readonly KubeObject[],
  leaving: readonly KubeObject[] = [],
): Promise<Comparison[]> {
  const byKey = new Map(members.map((member) => [keyOf(refOf(member)), member]));
  return settleAll(desired.map((object) => compareOne(cluster, object, desired, byKey.get(keyOf(refOf(object))), leaving)));
}

/**
 * What the server would make of an object that is not there. What we did not label may be there all the same, of an older deploy
 * or of somebody else: undefined then. Only what the server holds has a version.
 */
async function tryCreate(cluster: Cluster, desired: KubeObject): Promise<KubeObject | undefined> {
  try {
    const tried = await cluster.dryRun(desired);
    return tried.metadata.resourceVersion === undefined ? tried : undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.problems.every(({ code }) => code === 'field-conflict')) return undefined;
    throw error;
  }
}

async function compareOne(
  cluster: Cluster,
  desired: KubeObject,
  others: readonly KubeObject[],
  member: KubeObject | undefined,
  leaving: readonly KubeObject[],
): Promise<Comparison> {
  if (member && isLeaving(member)) return { desired, applied: desired };
  if (isAsApplied(desired, member)) return { desired, live: member as KubeObject, applied: member as KubeObject };
  const created = member ? undefined : await tryCreate(cluster, desired);
  if (created) return { desired, applied: created };
  const live = member ?? (await cluster.read(refOf(desired)));
  const taken = live ? driftOf(desired, live) : [];
  const repairs = live && (await isAutoscaled(cluster, desired, taken, leaving)) ? [] : taken;
  const replicas = handoverOf(desired, live, others);
  const tried = replicas === undefined ? desired : withReplicas(desired, replicas);
  const applied = await cluster.dryRun(tried, { force: repairs.length > 0 });
  // A conflict of fields is told first, with the field and its manager.
  if (live && !member) refuseForeign(desired, live);
  return { desired, applied, repairs, ...(live ? { live } : {}), ...(replicas === undefined ? {} : { handsOver: replicas }) };
}

import { type Problem, ProblemError } from '@modelyard/core';
import { type Cluster, ifAllowed } from '../cluster/index.ts';
import { equalJson, type LiveDeployment, RESOURCES } from '../kube/index.ts';
import type { Note } from '../report/index.ts';
import { passProblem } from '../settle.ts';
import { stillToCome } from './canary-pods.ts';
import { isLeavingOf } from './gpu-outlook.ts';
import { noteUnlessLasting } from './growth.ts';
import { gpusLack, morePods, type Outlook, quotaLacks, type Subject } from './outlook.ts';
import { shortBounds } from './quota-outlook.ts';
import { leastRoom, limitsInPods } from './surge.ts';

/**
 * A rollout that the spec asks for, and that would wait for ever: no pod may leave, and no new one finds a place. Throws the
 * problem; gives a note where an autoscaler or a priority may make room.
 */
export async function lookAtAskedRollout(cluster: Cluster, subject: Subject, outlook: Outlook): Promise<Note[]> {
  if (limitsInPods(subject.strategy, subject.replicas).maxUnavailable > 0) return [];
  const lacksGpus = gpuProblem(subject, outlook);
  const isHeld = outlook.hold?.isCertain === true && (subject.live?.status?.replicas ?? 0) > 0;
  const lacksQuota = await quotaProblem(cluster, subject, outlook);
  if ((!lacksGpus && !lacksQuota && !isHeld) || !(await replacesPods(cluster, subject))) return [];
  if (isHeld) throw new ProblemError([deadlock(subject.where, outlook.hold?.because ?? '')], 'preflight');
  if (lacksQuota) throw new ProblemError([lacksQuota], 'preflight');
  return lacksGpus && outlook.demand ? noteUnlessLasting(cluster, outlook.demand, lacksGpus) : [];
}

/** A pool that has no room for the pods themselves was told of already. */
function gpuProblem({ where, replicas, canary }: Subject, outlook: Outlook): Problem | undefined {
  const { gpus, running } = outlook;
  if (!gpus?.room || running === 0 || gpus.notes.some(({ code }) => code === 'no-gpu-room')) return undefined;
  const needed = leastRoom(replicas, running);
  if (needed === 0 || gpus.room.free - stillToCome(canary) >= needed) return undefined;
  return deadlock(where, `there is ${gpusLack(morePods(needed, canary), outlook)}`);
}

/** A quota counts the pods that were made, whether they found a place or not, and those that are leaving. */
async function quotaProblem(
  cluster: Cluster,
  { place, where, replicas, live, canary }: Subject,
  { admitted, bounds }: Outlook,
): Promise<Problem | undefined> {
  const made = live?.status?.replicas ?? 0;
  const needed = leastRoom(replicas, made);
  const isShort = (pods: number): boolean => made > 0 && needed > 0 && pods - stillToCome(canary) < needed;
  if (!isShort(admitted)) return undefined;
  const { namespace } = place;
  const pods = (await ifAllowed(cluster.list({ resource: RESOURCES.Pod, namespace }))) ?? [];
  if (!isShort(admitted + pods.filter((pod) => isLeavingOf(place, pod)).length)) return undefined;
  const details = shortBounds(bounds, needed + stillToCome(canary));
  return { ...deadlock(where, quotaLacks(morePods(needed, canary))), details };
}

const deadlock = (where: string, lack: string): Problem => ({
  code: 'rollout-deadlock',
  where,
  what: `deploy.rollout lets no pod leave before a new one runs, and ${lack}`,
  remedy: 'leave deploy.rollout out, so that the way is chosen by the room there is, or set its maxUnavailable to 1 and maxSurge to 0',
});

/** A Deployment that only changes its number of pods, or how it would replace them, replaces none. */
async function replacesPods(cluster: Cluster, { desired, live }: Subject): Promise<boolean> {
  const tried = (await cluster.dryRun(desired, { force: true }).catch(passProblem)) as LiveDeployment | undefined;
  return !equalJson(tried?.spec.template, live?.spec.template);
}

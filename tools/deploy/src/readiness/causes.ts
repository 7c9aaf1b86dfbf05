import type { Condition } from '../kube/index.ts';
import { safeLine } from '../safe-line.ts';
import { containerCause, initContainerCause } from './container.ts';
import { GRACES } from './graces.ts';
import { lossCause, nodeCause, setupCause } from './pod.ts';
import { refusal } from './refusal.ts';
import { schedulingCause } from './scheduling.ts';
import { newPods, newReplicaSet } from './select.ts';
import type { Cause, Rollout } from './types.ts';

/** Why the new pods are not ready, the gravest first; only the new ReplicaSet is judged. */
export function findCauses(rollout: Rollout): Cause[] {
  const ofPods = newPods(rollout).flatMap((pod) => {
    const init = (pod.status?.initContainerStatuses ?? []).map((status) => initContainerCause(pod, status, rollout));
    const containers = (pod.status?.containerStatuses ?? []).map((status) => containerCause(pod, status, rollout));
    return [schedulingCause(pod, rollout), setupCause(pod, rollout), nodeCause(pod, rollout), ...init, ...containers];
  });
  return [pauseCause(rollout), setCause(rollout), creationCause(rollout), ...ofPods, lossCause(rollout), deadlineCause(rollout)]
    .filter((cause) => cause !== undefined)
    .map((cause) => ({ ...cause, what: safeLine(cause.what), ...(cause.details ? { details: cause.details.map(safeLine) } : {}) }))
    .sort((a, b) => (a.graceSeconds === b.graceSeconds ? 0 : a.graceSeconds - b.graceSeconds));
}

/** Somebody has paused the Deployment: its controller does nothing then, and says nothing. */
function pauseCause({ deployment }: Rollout): Cause | undefined {
  if (!deployment?.spec.paused) return undefined;
  const { name, namespace } = deployment.metadata;
  return {
    code: 'paused',
    where: `deployment/${name}`,
    what: 'the Deployment is paused, so nothing of it is rolled out',
    remedy: `kubectl -n ${namespace} rollout resume deployment/${name}`,
    graceSeconds: GRACES.paused.seconds,
  };
}

/** The controller cannot even create the ReplicaSet. */
function setCause(rollout: Rollout): Cause | undefined {
  const progressing = conditionOf(rollout.deployment?.status?.conditions, 'Progressing', 'False');
  if (progressing?.reason !== 'ReplicaSetCreateError' || newReplicaSet(rollout)) return undefined;
  return refusal(`deployment/${rollout.deployment?.metadata.name}`, progressing.message ?? progressing.reason);
}

/** Pods that the API server will not even create. */
function creationCause(rollout: Rollout): Cause | undefined {
  const set = newReplicaSet(rollout);
  const failure = conditionOf(set?.status?.conditions, 'ReplicaFailure', 'True');
  if (!set || !failure) return undefined;
  return refusal(`replicaset/${set.metadata.name}`, failure.message ?? failure.reason ?? '');
}

/** The controller gave up, for no cause that we can name; found causes go before it. */
function deadlineCause(rollout: Rollout): Cause | undefined {
  const at = givenUpAt(rollout);
  if (at === undefined || at === rollout.gaveUpBefore || !isCurrent(rollout)) return undefined;
  const seconds = rollout.deployment?.spec.progressDeadlineSeconds;
  return {
    code: 'deadline',
    where: `deployment/${rollout.deployment?.metadata.name}`,
    what: `no progress for ${seconds} s`,
    remedy: 'read the events below, or raise model.loadBudgetSeconds in model-service.yaml',
    graceSeconds: GRACES.deadline.seconds,
  };
}

/** When the controller gave the rollout up; undefined while it has not. */
export function givenUpAt({ deployment }: Pick<Rollout, 'deployment'>): string | undefined {
  const progressing = conditionOf(deployment?.status?.conditions, 'Progressing', 'False');
  return progressing?.reason === 'ProgressDeadlineExceeded' ? (progressing.lastUpdateTime ?? '') : undefined;
}

/** Whether the controller has taken note of what we applied; before that, its status speaks of the past. */
export function isCurrent(rollout: Rollout): boolean {
  const { deployment } = rollout;
  return deployment !== undefined && (deployment.status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
}

function conditionOf(conditions: readonly Condition[] | undefined, type: string, status: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === status);
}

import { equalJson, isLeaving, type LiveDeployment, type LivePod, type LiveReplicaSet } from '../kube/index.ts';
import type { Rollout } from './types.ts';

/**
 * The ReplicaSet of the Deployment's present template. It is found by the template, as the controller does: revision
 * numbers are written later than the status that we judge by, and would name the old one for a moment.
 */
export function newReplicaSet(rollout: Rollout): LiveReplicaSet | undefined {
  const { deployment } = rollout;
  if (!deployment) return undefined;
  return rollout.replicaSets.find((set) => isOwnedBy(set, deployment.metadata.uid) && hasTemplateOf(set, deployment));
}

/** The pods of the new ReplicaSet that are not on their way out, and did not end: a pod that a node threw out stays as a record. */
export function newPods(rollout: Rollout): LivePod[] {
  return ofNewSet(rollout).filter((pod) => !isLeaving(pod) && !hasEnded(pod));
}

/** The pods of the new ReplicaSet that a node threw out or never let in. */
export function lostPods(rollout: Rollout): LivePod[] {
  return ofNewSet(rollout).filter((pod) => pod.status?.phase === 'Failed');
}

const hasEnded = (pod: LivePod): boolean => pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';

function ofNewSet(rollout: Rollout): LivePod[] {
  const set = newReplicaSet(rollout);
  return set ? rollout.pods.filter((pod) => isOwnedBy(pod, set.metadata.uid)) : [];
}

/** Whether pods that are being stopped still hold room on the nodes. */
export function hasLeavingPods(rollout: Rollout): boolean {
  return rollout.pods.some(isLeaving);
}

function hasTemplateOf(set: LiveReplicaSet, deployment: LiveDeployment): boolean {
  return equalJson(withoutHash(templateOf(set)), withoutHash(templateOf(deployment)));
}

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: unknown;
}

const templateOf = (object: { readonly spec?: object }): Template => (object.spec as { template?: Template } | undefined)?.template ?? {};

/** The controller adds this one label to the ReplicaSet's template. */
function withoutHash(template: Template): unknown {
  const { 'pod-template-hash': _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function isOwnedBy(object: LivePod | LiveReplicaSet, uid: string | undefined): boolean {
  return object.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}

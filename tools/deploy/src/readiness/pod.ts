import type { LiveEvent, LivePod } from '../kube/index.ts';
import { GRACES } from './graces.ts';
import { eventsOf, shorten } from './pod-events.ts';
import { isReferenceMissing, referenceRemedy } from './references.ts';
import { lostPods } from './select.ts';
import { startRemedy } from './start-remedies.ts';
import type { Cause, Rollout } from './types.ts';

/** So many pods that nodes threw out in one rollout mean that every one will be. */
const DOOMED_LOSSES = 3;

const VOLUME_REASONS: ReadonlySet<string> = new Set([
  'FailedMount',
  'FailedAttachVolume',
  'FailedMapVolume',
  'FailedPrepareDynamicResources',
  'FailedMountOnFilesystemMismatch',
]);
const SANDBOX_REASONS: ReadonlySet<string> = new Set(['FailedCreatePodSandBox', 'NetworkNotReady', 'FailedPodSandBoxStatus']);

/** What keeps a pod that has a node from starting its containers. */
export function setupCause(pod: LivePod, rollout: Rollout): Cause | undefined {
  if (!pod.spec?.nodeName || hasStarted(pod)) return undefined;
  const event = eventsOf(pod, rollout).findLast((one) => VOLUME_REASONS.has(one.reason ?? '') || SANDBOX_REASONS.has(one.reason ?? ''));
  if (!event) return undefined;
  const shared = { where: `pod/${pod.metadata.name}`, graceSeconds: GRACES.mount.seconds };
  return VOLUME_REASONS.has(event.reason ?? '')
    ? { ...shared, ...volumeTrouble(event) }
    : {
        ...shared,
        graceSeconds: GRACES.sandbox.seconds,
        code: 'sandbox',
        what: `the node cannot set the pod up (${event.reason}): ${shorten(event.message ?? '')}`,
        remedy:
          startRemedy(event.message ?? '') ??
          'it is the node or its network, not the service: kubectl describe node, and the network add-on of the cluster',
      };
}

function volumeTrouble(event: LiveEvent): Partial<Cause> & Pick<Cause, 'code' | 'what' | 'remedy'> {
  const message = event.message ?? '';
  if (isReferenceMissing(message))
    return {
      code: 'reference-missing',
      what: `a volume cannot be mounted: ${shorten(message)}`,
      remedy: referenceRemedy(message),
      graceSeconds: GRACES.reference.seconds,
    };
  return {
    code: 'volume',
    what: `a volume cannot be used (${event.reason}): ${shorten(message)}`,
    remedy: /multi-attach/i.test(message)
      ? 'the volume is still used by a pod on another node: it can be attached to one node at a time, so the old pod must go first'
      : 'see "kubectl describe" of the claim, and of the volume behind it',
  };
}

const hasStarted = (pod: LivePod): boolean =>
  [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].some(
    (status) => status.state?.running || status.state?.terminated || status.restartCount > 0,
  );

/** The node of a running pod is gone: its containers look ready, as they did when it was last heard of. */
export function nodeCause(pod: LivePod, rollout: Rollout): Cause | undefined {
  const isUnready = pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status !== 'True') ?? false;
  const isLost = pod.status?.reason === 'NodeLost' || eventsOf(pod, rollout).some((event) => event.reason === 'NodeNotReady');
  if (!isLost || !isUnready) return undefined;
  return {
    code: 'node-lost',
    where: `pod/${pod.metadata.name}`,
    what: `node ${pod.spec?.nodeName ?? ''} does not answer any more; its pods are moved to other nodes after about five minutes`,
    remedy: `see "kubectl describe node ${pod.spec?.nodeName ?? ''}"; when it does not come back, delete it from the cluster`,
    graceSeconds: GRACES.nodeLost.seconds,
  };
}

/** Nodes threw new pods out, or never let them in: the kubelet's reasons are Evicted, UnexpectedAdmissionError, OutOfcpu and the like. */
export function lossCause(rollout: Rollout): Cause | undefined {
  const lost = lostPods(rollout);
  const pod = lost.at(-1);
  if (!pod) return undefined;
  const { reason = 'Failed', message = 'no reason given' } = pod.status ?? {};
  const often = lost.length > 1 ? `, ${lost.length} times` : '';
  const isEvicted = reason === 'Evicted';
  return {
    code: isEvicted ? 'evicted' : 'rejected-by-node',
    where: `pod/${pod.metadata.name}`,
    what: `node ${pod.spec?.nodeName ?? ''} ${isEvicted ? 'threw the pod out' : 'did not run the pod'} (${reason})${often}: ${shorten(message)}`,
    remedy: isEvicted
      ? 'the node ran short of what the message names: raise deploy.resources in model-service.yaml, so that the pod is not the first to go'
      : 'compare what the node offers with what model-service.yaml asks for; for devices, see the device plugin of the node',
    graceSeconds: (lost.length >= DOOMED_LOSSES ? GRACES.lostOften : GRACES.lost).seconds,
    ...(isEvicted ? { pod: pod.metadata.name } : {}),
  };
}

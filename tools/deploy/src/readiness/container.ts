import type { ContainerStatus, LivePod } from '../kube/index.ts';
import { CONTAINER_NAME } from '../manifests/index.ts';
import { GRACES } from './graces.ts';
import { healthCause, probeKillCause } from './health.ts';
import { shorten } from './pod-events.ts';
import { pullCause, waitsForImage } from './pull.ts';
import { isReferenceMissing } from './references.ts';
import { startRemedy } from './start-remedies.ts';
import type { Cause, Rollout } from './types.ts';

/** Reasons of the kubelet (pkg/kubelet/kuberuntime) for a container that does not come to run. */
const CREATION_REASONS: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'PostStartHookError',
  'RunContainerError',
]);

/** What keeps a container of a pod from serving. */
export function containerCause(pod: LivePod, status: ContainerStatus, rollout: Rollout): Cause | undefined {
  if (status.ready) return undefined;
  const { reason, message } = status.state?.waiting ?? {};
  if (waitsForImage(status)) return pullCause(pod, status, rollout);
  if (reason && CREATION_REASONS.has(reason)) return creationCause(pod, status, reason, message);
  return probeKillCause(pod, rollout) ?? crashCause(pod, status) ?? healthCause(pod, status, rollout);
}

/** What keeps a container that runs before the service's own from ending well. */
export function initContainerCause(pod: LivePod, status: ContainerStatus, rollout: Rollout): Cause | undefined {
  if (status.ready) return undefined;
  const { reason, message } = status.state?.waiting ?? {};
  if (waitsForImage(status)) return pullCause(pod, status, rollout);
  if (reason && CREATION_REASONS.has(reason)) return creationCause(pod, status, reason, message);
  const crash = crashCause(pod, status);
  if (!crash) return undefined;
  return { ...crash, code: crash.code === 'crash' ? 'init-error' : crash.code, what: `init container "${status.name}": ${crash.what}` };
}

function creationCause(pod: LivePod, status: ContainerStatus, reason: string, message: string | undefined): Cause {
  const isMissing = isReferenceMissing(message ?? '');
  return {
    code: isMissing ? 'reference-missing' : 'container-not-created',
    where: `pod/${pod.metadata.name}`,
    what: `the container cannot be created (${reason}): ${shorten(message ?? status.lastState?.terminated?.message ?? 'no reason given')}`,
    remedy: startRemedy(message ?? '') ?? 'read the events below',
    graceSeconds: (isMissing ? GRACES.reference : GRACES.creation).seconds,
  };
}

function crashCause(pod: LivePod, status: ContainerStatus): Cause | undefined {
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  if (!ended) return undefined;
  const shared = { where: `pod/${pod.metadata.name}`, pod: pod.metadata.name, container: status.name };
  if (ended.reason === 'OOMKilled') return { ...shared, ...outOfMemory(pod, status) };
  if (status.state?.running && status.restartCount < 2) return undefined;
  // An init container is done before it counts as ready.
  if (status.state?.terminated?.exitCode === 0 && status.restartCount === 0 && isInit(pod, status)) return undefined;
  const said = ended.message ? `: ${shorten(ended.message)}` : '';
  return {
    ...shared,
    code: 'crash',
    what: `${nameOf(pod, status)} ended with exit code ${ended.exitCode}${killed(ended.exitCode)}${times(status.restartCount)}${said}`,
    remedy: startRemedy(ended.message ?? '') ?? (isAdded(pod, status) ? ADDED_REMEDY : CRASH_REMEDY),
    graceSeconds: (status.restartCount > 0 ? GRACES.crash : GRACES.firstCrash).seconds,
  };
}

function outOfMemory(pod: LivePod, status: ContainerStatus): Pick<Cause, 'code' | 'what' | 'remedy' | 'graceSeconds'> {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const limit = all.find((one) => one.name === status.name)?.resources?.limits?.memory;
  return {
    code: 'out-of-memory',
    what: `${nameOf(pod, status)} needed more memory than its limit${limit ? ` of ${limit}` : ''} and was killed (OOMKilled)`,
    remedy: isAdded(pod, status) ? ADDED_REMEDY : 'raise deploy.resources.memory in model-service.yaml, or load a smaller model',
    graceSeconds: GRACES.outOfMemory.seconds,
  };
}

/** A mesh or an agent adds containers of its own to the pods. */
const isAdded = (pod: LivePod, status: ContainerStatus): boolean => status.name !== CONTAINER_NAME && !isInit(pod, status);
const nameOf = (pod: LivePod, status: ContainerStatus): string => (isAdded(pod, status) ? `container "${status.name}"` : 'the container');

const CRASH_REMEDY = 'read the log below; the same image starts with "docker run --read-only --tmpfs /tmp --cap-drop ALL <image>"';
const ADDED_REMEDY = 'it is none of the service: see who adds it to the pods (a mesh, an agent), and its log below';

const isInit = (pod: LivePod, status: ContainerStatus): boolean =>
  pod.status?.initContainerStatuses?.some((one) => one.name === status.name) ?? false;
const killed = (exitCode: number): string => (exitCode === 137 ? ' (killed by SIGKILL)' : '');
const times = (restarts: number): string => (restarts > 0 ? `, ${restarts + 1} times` : '');

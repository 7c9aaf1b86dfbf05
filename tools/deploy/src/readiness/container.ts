import { HEALTH_PATH } from '@modelyard/core';
import type { ContainerStatus, LivePod } from '../kube/index.ts';
import type { Cause, HealthAnswer, Rollout } from './types.ts';

/** A registry that does not answer may answer soon; a missing image stays missing. */
const PULL_GRACE_SECONDS = 30;
const CONFIG_GRACE_SECONDS = 20;
/** The first crash may be a neighbour's fault: the container is started once more. */
const FIRST_CRASH_GRACE_SECONDS = 15;

const PULL_REASONS: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
]);
const CONFIG_REASONS: ReadonlySet<string> = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);
const LASTING_PULL = /not found|does not exist|denied|unauthorized|forbidden|invalid|never|no match for platform|no such host/i;

/** What keeps a container of a pod from serving. */
export function containerCause(pod: LivePod, status: ContainerStatus, rollout: Rollout): Cause | undefined {
  if (status.ready) return undefined;
  const waiting = status.state?.waiting;
  if (waiting?.reason && PULL_REASONS.has(waiting.reason)) return pullCause(pod, status, rollout);
  if (waiting?.reason && CONFIG_REASONS.has(waiting.reason)) return configCause(pod, waiting.reason, waiting.message);
  if (failedStartup(pod, rollout)) return startupCause(pod, rollout.health.get(pod.metadata.name));
  return crashCause(pod, status) ?? healthCause(pod, status, rollout);
}

function pullCause(pod: LivePod, status: ContainerStatus, rollout: Rollout): Cause {
  const waiting = status.state?.waiting;
  // The back-off hides the registry's answer, which the event still tells.
  const event = eventsOf(pod, rollout).findLast((one) => one.reason === 'Failed' && /pull|image/i.test(one.message ?? ''));
  const said = waiting?.reason === 'ImagePullBackOff' ? (event?.message ?? waiting.message) : (waiting?.message ?? event?.message);
  const answer = shorten(said ?? waiting?.reason ?? '');
  const lasts = LASTING_PULL.test(answer) || waiting?.reason === 'InvalidImageName' || waiting?.reason === 'ErrImageNeverPull';
  return {
    code: 'image-pull',
    where: `pod/${pod.metadata.name}`,
    what: `image "${pod.spec?.containers?.[0]?.image ?? status.image ?? ''}" cannot be pulled (${waiting?.reason}): ${answer}`,
    remedy: 'push the image, load it into the local cluster ("npx modelyard cluster load <image>"), or mend the registry in modelyard.yaml',
    graceSeconds: lasts ? 0 : PULL_GRACE_SECONDS,
  };
}

function configCause(pod: LivePod, reason: string, message: string | undefined): Cause {
  const missing = /(secret|configmap) "([^"]+)" not found|couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/i.exec(message ?? '');
  return {
    code: missing ? 'reference-missing' : 'container-not-created',
    where: `pod/${pod.metadata.name}`,
    what: `the container cannot be created (${reason}): ${shorten(message ?? 'no reason given')}`,
    remedy: missing
      ? 'create the Secret with this key in the namespace, or mend deploy.secrets in model-service.yaml'
      : 'read the events below',
    graceSeconds: CONFIG_GRACE_SECONDS,
  };
}

function crashCause(pod: LivePod, status: ContainerStatus): Cause | undefined {
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  if (!ended) return undefined;
  const where = `pod/${pod.metadata.name}`;
  const shared = { where, pod: pod.metadata.name };
  if (ended.reason === 'OOMKilled') {
    const limit = pod.spec?.containers?.[0]?.resources?.limits?.memory;
    return {
      ...shared,
      code: 'out-of-memory',
      what: `the container needed more memory than its limit${limit ? ` of ${limit}` : ''} and was killed (OOMKilled)`,
      remedy: 'raise deploy.resources.memory in model-service.yaml, or load a smaller model',
      graceSeconds: 0,
    };
  }
  if (status.state?.running && status.restartCount < 2) return undefined;
  return {
    ...shared,
    code: 'crash',
    what: `the container ended with exit code ${ended.exitCode}${times(status.restartCount)}`,
    remedy: 'read the log below; the same image starts with "docker run --read-only --tmpfs /tmp --cap-drop ALL <image>"',
    graceSeconds: status.restartCount > 0 ? 0 : FIRST_CRASH_GRACE_SECONDS,
  };
}

/** The reason of the generated service while its model is on the way. */
const LOADING_REASON = 'loading';

/** A container that answers, but not with 200: it may still be loading its model, so only its probe can end it. */
function healthCause(pod: LivePod, status: ContainerStatus, rollout: Rollout): Cause | undefined {
  if (!status.state?.running) return undefined;
  const answer = rollout.health.get(pod.metadata.name);
  const event = probeEvent(pod, rollout);
  if (!event && !answer) return undefined;
  const said = answer ? `GET ${HEALTH_PATH} answers ${describeAnswer(answer)}` : shorten(event?.message ?? '');
  return {
    code: 'not-healthy',
    where: `pod/${pod.metadata.name}`,
    what: said,
    remedy: HEALTH_REMEDY,
    graceSeconds: answer && isFinal(answer) ? 0 : Number.POSITIVE_INFINITY,
    pod: pod.metadata.name,
  };
}

const HEALTH_REMEDY = `${HEALTH_PATH} names the reason; for a slow model raise model.loadBudgetSeconds, for another one train and build again`;

/** A service that refuses its model says why, and does not change its mind; one that is loading says so. */
function isFinal(answer: HealthAnswer): boolean {
  try {
    const code = (JSON.parse(answer.text) as { reason?: { code?: unknown } }).reason?.code;
    return answer.status === 503 && typeof code === 'string' && code !== LOADING_REASON;
  } catch {
    return false;
  }
}

function startupCause(pod: LivePod, answer: HealthAnswer | undefined): Cause {
  return {
    code: 'not-healthy',
    where: `pod/${pod.metadata.name}`,
    what: `not ready within its load budget, so it was restarted; GET ${HEALTH_PATH} answered ${answer ? describeAnswer(answer) : 'nothing'}`,
    remedy: HEALTH_REMEDY,
    graceSeconds: 0,
    pod: pod.metadata.name,
  };
}

function failedStartup(pod: LivePod, rollout: Rollout): boolean {
  return eventsOf(pod, rollout).some((event) => event.reason === 'Killing' && /failed startup probe/i.test(event.message ?? ''));
}

/** Whether a probe of this pod failed at all; its answer is then worth asking for. */
export function probeEvent(pod: LivePod, rollout: Rollout) {
  return eventsOf(pod, rollout).findLast((event) => event.reason === 'Unhealthy');
}

function eventsOf(pod: LivePod, rollout: Rollout) {
  return rollout.events.filter((event) => event.involvedObject.kind === 'Pod' && event.involvedObject.name === pod.metadata.name);
}

const describeAnswer = (answer: HealthAnswer): string => `${answer.status}: ${shorten(answer.text)}`;
const times = (restarts: number): string => (restarts > 0 ? `, ${restarts + 1} times` : '');

/** One line that fits a terminal. */
function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

import { HEALTH_PATH } from '@modelyard/core';
import type { ContainerStatus, LivePod } from '../kube/index.ts';
import { GRACES } from './graces.ts';
import { eventsOf, probeEvent, shorten } from './pod-events.ts';
import type { Cause, HealthAnswer, Rollout } from './types.ts';

/** The reason of the generated service while its model is on the way. */
const LOADING_REASON = 'loading';
const HEALTH_REMEDY = `${HEALTH_PATH} names the reason; for a slow model raise model.loadBudgetSeconds, for another one train and build again`;
const LOADING_REMEDY = `usual while the model loads; for a slow one raise model.loadBudgetSeconds; any other reason stands in ${HEALTH_PATH}`;

/** A container that answers, but not with 200: it may still be loading its model, so only its probe can end it. */
export function healthCause(pod: LivePod, status: ContainerStatus, rollout: Rollout): Cause | undefined {
  if (!status.state?.running) return undefined;
  const answer = rollout.health.get(pod.metadata.name);
  const event = probeEvent(pod, rollout);
  // What answers with 200 is about to be seen ready by its next probe.
  if ((!event && !answer) || answer?.status === 200) return undefined;
  const said = answer ? `GET ${HEALTH_PATH} answers ${describeAnswer(answer)}` : shorten(event?.message ?? '');
  const isRefused = answer !== undefined && isFinal(answer);
  return {
    code: 'not-healthy',
    where: `pod/${pod.metadata.name}`,
    what: said,
    remedy: isRefused ? HEALTH_REMEDY : LOADING_REMEDY,
    graceSeconds: (isRefused ? GRACES.modelRefused : GRACES.loading).seconds,
    pod: pod.metadata.name,
  };
}

/** The kubelet has restarted the container because of a probe; its exit code says nothing then. */
export function probeKillCause(pod: LivePod, rollout: Rollout): Cause | undefined {
  const killing = eventsOf(pod, rollout).findLast((event) => event.reason === 'Killing');
  const probe = /failed (startup|liveness) probe/i.exec(killing?.message ?? '')?.[1]?.toLowerCase();
  if (!probe) return undefined;
  const answer = rollout.health.get(pod.metadata.name);
  const said = shorten(probeEvent(pod, rollout)?.message ?? killing?.message ?? '');
  const [what, graceSeconds] =
    probe === 'startup'
      ? [
          `not ready within its load budget, so it was restarted; GET ${HEALTH_PATH} answered ${answer ? describeAnswer(answer) : 'nothing'}`,
          GRACES.loadBudget.seconds,
        ]
      : [`its liveness probe failed, so it was restarted: ${said}`, GRACES.liveness.seconds];
  return { code: 'not-healthy', where: `pod/${pod.metadata.name}`, what, remedy: HEALTH_REMEDY, graceSeconds, pod: pod.metadata.name };
}

/** A service that refuses its model says why, and does not change its mind; one that is loading says so. */
function isFinal(answer: HealthAnswer): boolean {
  const code = reasonOf(answer)?.code;
  return answer.status === 503 && code !== undefined && code !== LOADING_REASON;
}

/** The reason that a generated service gives, in words; of any other body its beginning. */
function describeAnswer(answer: HealthAnswer): string {
  const reason = reasonOf(answer);
  if (!reason?.what) return `${answer.status}: ${shorten(answer.text)}`;
  const { code, what, expected, actual } = reason;
  const facts = code === LOADING_REASON || expected === undefined ? '' : ` (expected ${show(expected)}, it is ${show(actual)})`;
  return `${answer.status}: ${code}: ${shorten(what + facts)}`;
}

interface Reason {
  readonly code: string;
  readonly what?: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
}

function reasonOf(answer: HealthAnswer): Reason | undefined {
  try {
    const { reason } = JSON.parse(answer.text) as { reason?: Reason };
    return typeof reason?.code === 'string' ? reason : undefined;
  } catch {
    return undefined;
  }
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

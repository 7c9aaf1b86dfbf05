import type { LiveEvent, LivePod } from '../kube/index.ts';
import type { Rollout } from './types.ts';

/** What the cluster said about a pod, in the order in which it was heard. */
export function eventsOf(pod: LivePod, rollout: Rollout): readonly LiveEvent[] {
  return rollout.events.filter((event) => event.involvedObject.kind === 'Pod' && event.involvedObject.name === pod.metadata.name);
}

/** Whether a probe of this pod failed at all; its answer is then worth asking for. */
export function probeEvent(pod: LivePod, rollout: Rollout): LiveEvent | undefined {
  return eventsOf(pod, rollout).findLast((event) => event.reason === 'Unhealthy');
}

/** One line that fits a terminal. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

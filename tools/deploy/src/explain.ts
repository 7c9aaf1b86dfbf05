import type { Problem } from '@modelyard/core';
import type { Cluster } from './cluster/index.ts';
import type { LiveEvent } from './kube/index.ts';
import { CONTAINER_NAME } from './manifests/index.ts';
import { type Cause, newPods, newReplicaSet, type Rollout } from './readiness/index.ts';
import { safeLine } from './safe-line.ts';

const LOG_LINES = 20;
const EVENT_LINES = 8;
/** A node that is gone keeps the API server waiting; its cause is told without a log then. */
const LOG_SECONDS = 3;

/** The cause of a failed rollout as a problem, with the log of the pod that it names and the events of the rollout. */
export async function explainFailure(cluster: Cluster, namespace: string, cause: Cause, rollout: Rollout): Promise<Problem> {
  const log = cause.pod ? await readLog(cluster.until(AbortSignal.timeout(LOG_SECONDS * 1_000)), namespace, cause, rollout) : [];
  const events = eventLines(rollout);
  const details = [
    ...(cause.details ?? []),
    ...(log.length > 0 ? [`log of pod/${cause.pod}, last ${log.length} lines:`, ...log.map((line) => `  ${safeLine(line)}`)] : []),
    ...(events.length > 0 ? ['events:', ...events.map((line) => `  ${safeLine(line)}`)] : []),
  ];
  const { code, where, what, remedy } = cause;
  return { code, where: `${where} in ns/${namespace}`, what, remedy, ...(details.length > 0 ? { details } : {}) };
}

/** The log of the container that ended, or else of the one that runs. */
async function readLog(cluster: Cluster, namespace: string, cause: Cause, rollout: Rollout): Promise<string[]> {
  const { pod: name = '', container = CONTAINER_NAME } = cause;
  const status = rollout.pods.find((pod) => pod.metadata.name === name)?.status;
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const own = statuses.find((one) => one.name === container);
  const request = { container, lines: LOG_LINES };
  const hasEnded = (own?.restartCount ?? 0) > 0 && !own?.state?.terminated;
  const previous = hasEnded ? await cluster.logTail({ namespace, name }, { ...request, previous: true }) : [];
  return previous.length > 0 ? previous : cluster.logTail({ namespace, name }, { ...request, previous: false });
}

/** What the cluster said about the new pods, their ReplicaSet and the Deployment; the latest last. */
function eventLines(rollout: Rollout): string[] {
  const uids = new Set([rollout.deployment, newReplicaSet(rollout), ...newPods(rollout)].map((object) => object?.metadata.uid));
  return rollout.events
    .filter((event) => uids.has(event.involvedObject.uid))
    .sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
    .slice(-EVENT_LINES)
    .map((event) => {
      const count = event.series?.count ?? event.count ?? 1;
      const times = count > 1 ? ` (${count} times)` : '';
      return `${event.reason ?? ''} ${event.involvedObject.kind.toLowerCase()}/${event.involvedObject.name}: ${(event.message ?? '').replace(/\s+/g, ' ').trim()}${times}`;
    });
}

const timeOf = (event: LiveEvent): string =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';

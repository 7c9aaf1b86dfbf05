import { LABEL_INSTANCE, LABEL_NAME } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { isLeaving, type LiveDeployment, type LivePod, RESOURCES } from '../kube/index.ts';
import type { World } from '../world.ts';
import { canaryName } from './names.ts';

/** Where the pods of a canary are. */
export interface CanaryPlace {
  readonly service: string;
  readonly namespace: string;
}

const GONE_TIMEOUT_MS = 90_000;
const POLL_MS = 500;

/** All pods of a canary, also those that are on their way out. */
export async function listCanaryPods(cluster: Cluster, { service, namespace }: CanaryPlace): Promise<LivePod[]> {
  const labelSelector = `${LABEL_INSTANCE}=${service},${LABEL_NAME}=${canaryName(service)}`;
  return (await cluster.list({ resource: RESOURCES.Pod, namespace, labelSelector })) as LivePod[];
}

/** The Deployment of a canary; undefined when none is under way, also where another service bears that name. */
export async function readCanaryDeployment(cluster: Cluster, { service, namespace }: CanaryPlace): Promise<LiveDeployment | undefined> {
  const { apiVersion, kind } = RESOURCES.Deployment;
  const live = await cluster.read({ apiVersion, kind, name: canaryName(service), namespace });
  return live?.metadata.labels?.[LABEL_INSTANCE] === service ? (live as LiveDeployment) : undefined;
}

/** Whether requests reach the pod. */
export function isServing(pod: LivePod): boolean {
  const statuses = pod.status?.containerStatuses ?? [];
  return !isLeaving(pod) && statuses.length > 0 && statuses.every((status) => status.ready);
}

/** How often the containers of a pod were started again. */
export function restartsOf(pod: LivePod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, status) => sum + status.restartCount, 0);
}

/** Waits until neither a pod nor the Deployment of the canary is left; of pods that do not go, it tells and goes on. */
export async function waitUntilCanaryGone(cluster: Cluster, place: CanaryPlace, world: World): Promise<void> {
  const startedMs = world.clock.nowMs();
  while (!world.signal?.aborted) {
    const [left, deployment] = await Promise.all([listCanaryPods(cluster, place), readCanaryDeployment(cluster, place)]);
    if (left.length === 0 && !deployment) return;
    if (world.clock.nowMs() - startedMs >= GONE_TIMEOUT_MS) {
      return world.report({ type: 'waiting', because: `${left.length} pods of ${canaryName(place.service)} still stop` });
    }
    await world.clock.sleep(POLL_MS, world.signal);
  }
}

import { LABEL_INSTANCE, LABEL_NAME } from '@modelyard/core';
import { canaryName } from './canary/index.ts';
import { stateOfCanary } from './canary-state.ts';
import { ifAllowed, type Query } from './cluster/index.ts';
import {
  type KubeObject,
  type LiveDeployment,
  type LiveEvent,
  type LivePod,
  type LiveReplicaSet,
  RESOURCES,
  type Resource,
} from './kube/index.ts';
import { COMMIT_ANNOTATION } from './manifests/index.ts';
import { modelContainer } from './model-container.ts';
import { type Cause, findCauses, newPods, type Rollout } from './readiness/index.ts';
import { refusalOf } from './release/index.ts';
import { podAsJudged } from './rollout-watch.ts';
import type { ServiceStatus } from './service-status.ts';
import { accessTo, type Target } from './target.ts';
import type { World } from './world.ts';

/** Reads what runs, and why it does not when it does not. */
export async function readStatus(target: Target, world: Pick<World, 'connect'>): Promise<ServiceStatus> {
  const cluster = await world.connect(accessTo(target));
  const { namespace } = target.environment;
  const list = (resource: Resource, query: Partial<Query>): Promise<KubeObject[]> => cluster.list({ resource, namespace, ...query });
  const ofService = { labelSelector: `${LABEL_NAME}=${target.service}` };
  try {
    const [services, deployments, replicaSets, pods, events, route] = await Promise.all([
      list(RESOURCES.Service, ofService),
      // The canary's Deployment has another name, and belongs to the service all the same.
      list(RESOURCES.Deployment, { labelSelector: `${LABEL_INSTANCE}=${target.service}` }),
      list(RESOURCES.ReplicaSet, ofService),
      list(RESOURCES.Pod, { ...ofService, keep: podAsJudged }),
      list(RESOURCES.Event, { fieldSelector: 'involvedObject.kind=Pod', keep: (event) => ofPods(event as LiveEvent, target.service) }),
      ifAllowed(cluster.read({ ...kindOf(RESOURCES.HTTPRoute), name: target.service, namespace })),
    ]);
    const named = (name: string) => deployments.find((one) => one.metadata.labels?.[LABEL_NAME] === name) as LiveDeployment | undefined;
    const [deployment, canary] = [named(target.service), named(canaryName(target.service))];
    const status = statusOf(target, {
      ...(deployment ? { deployment } : {}),
      replicaSets: replicaSets as LiveReplicaSet[],
      pods: pods as LivePod[],
      events: events as LiveEvent[],
      health: new Map(),
    });
    const place = { service: target.service, namespace };
    const tried = canary && { canary: await stateOfCanary(cluster, place, canary, deployment) };
    return { ...status, causes: [...status.causes, ...routeCauses(route)], ...addressOf(services[0]), ...tried };
  } finally {
    await cluster.close();
  }
}

const kindOf = ({ apiVersion, kind }: Resource) => ({ apiVersion, kind });

/** A Gateway that refuses the route: the pods may be ready, and no request reaches them. */
function routeCauses(route: KubeObject | undefined): Cause[] {
  const refusal = route && refusalOf(route);
  return refusal ? [{ ...refusal, graceSeconds: 0 }] : [];
}

/** Events can only be selected by the whole name of a pod; those of others are not kept. */
const ofPods = (event: LiveEvent, service: string): LiveEvent | undefined =>
  event.involvedObject.name.startsWith(`${service}-`) ? event : undefined;

function statusOf(target: Target, rollout: Rollout): ServiceStatus {
  const { environment, service } = target;
  const ready = rollout.deployment?.status?.availableReplicas ?? 0;
  const wanted = rollout.deployment?.spec.replicas ?? 1;
  return {
    service,
    environment: environment.name,
    context: environment.context,
    namespace: environment.namespace,
    ...(rollout.deployment ? { deployment: { ...imageOf(rollout.deployment), wanted, ready } } : {}),
    pods: newPods(rollout).map(podStatus),
    causes: rollout.deployment ? findCauses(rollout) : [],
  };
}

function imageOf(deployment: LiveDeployment): { image: string; commit?: string } {
  const commit = deployment.metadata.annotations?.[COMMIT_ANNOTATION];
  const image = modelContainer(deployment.spec.template?.spec?.containers)?.image ?? '';
  return { image, ...(commit ? { commit } : {}) };
}

function podStatus(pod: LivePod): ServiceStatus['pods'][number] {
  const containers = pod.status?.containerStatuses ?? [];
  return {
    name: pod.metadata.name,
    phase: pod.status?.phase ?? 'Unknown',
    ready: containers.length > 0 && containers.every((container) => container.ready),
    restarts: containers.reduce((sum, container) => sum + container.restartCount, 0),
  };
}

function addressOf(service: KubeObject | undefined): { address?: string } {
  const spec = service?.spec as { clusterIP?: string; ports?: { port: number }[] } | undefined;
  const port = spec?.ports?.[0]?.port;
  // Of a Service that somebody made headless.
  if (spec?.clusterIP === 'None') return {};
  return spec?.clusterIP && port ? { address: `${spec.clusterIP.includes(':') ? `[${spec.clusterIP}]` : spec.clusterIP}:${port}` } : {};
}

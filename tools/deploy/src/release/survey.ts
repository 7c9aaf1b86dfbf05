import { LABEL_INSTANCE } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import type { Inventory } from '../inventory/index.ts';
import {
  type KubeObject,
  type LiveDeployment,
  type LivePod,
  type LiveReplicaSet,
  RESOURCES,
  selectorOf,
  withoutManagers,
} from '../kube/index.ts';
import type { Rollout } from '../readiness/index.ts';
import { readStandings } from './bring-up.ts';
import type { Release } from './release.ts';

/** What a namespace holds of a release: its objects, and what runs of them. */
export interface Standing {
  readonly inventory: Inventory;
  readonly rollout: Rollout;
}

/** What a namespace holds of releases, in their order: one list for each kind, however many releases there are. */
export async function surveyReleases(cluster: Cluster, namespace: string, releases: readonly Release[]): Promise<Standing[]> {
  if (releases.length === 0) return [];
  const labelSelector = selectorOf(
    LABEL_INSTANCE,
    releases.map(({ service }) => service),
  );
  const [inventories, replicaSets, pods] = await Promise.all([
    readStandings(cluster, namespace, releases),
    cluster.list({ resource: RESOURCES.ReplicaSet, namespace, labelSelector, keep: withoutManagers }),
    cluster.list({ resource: RESOURCES.Pod, namespace, labelSelector, keep: essentialsOf }),
  ]);
  const replicaSetsOf = Map.groupBy(replicaSets as LiveReplicaSet[], serviceOf);
  const podsOf = Map.groupBy(pods as LivePod[], serviceOf);
  return releases.map(({ service }, index) => {
    const inventory = inventories[index] as Inventory;
    const deployment = inventory.members.find((member) => isDeploymentOf(service, member)) as LiveDeployment | undefined;
    const rest = { replicaSets: replicaSetsOf.get(service) ?? [], pods: podsOf.get(service) ?? [], events: [], health: new Map() };
    return { inventory, rollout: deployment ? { deployment, ...rest } : rest };
  });
}

/** A namespace may hold thousands of pods, so the larger part of each is left behind. */
function essentialsOf(object: KubeObject): KubeObject {
  const { metadata, spec, ...rest } = object as LivePod;
  const { managedFields: _fields, annotations: _annotations, ...kept } = metadata;
  const { nodeName, containers = [] } = spec ?? {};
  const named = containers.map(({ name, image, resources }) => ({ name, image, resources }));
  return { ...rest, metadata: kept, spec: { nodeName, containers: named } };
}

const serviceOf = (object: KubeObject): string | undefined => object.metadata.labels?.[LABEL_INSTANCE];

const isDeploymentOf = (service: string, object: KubeObject): boolean =>
  object.kind === RESOURCES.Deployment.kind && object.metadata.name === service;

import { ProblemError } from '@modelyard/core';
import type { Cluster } from './cluster/index.ts';
import { applySetOf, readInventory } from './inventory/index.ts';
import {
  describeObject,
  groupKindOf,
  type KubeObject,
  keyOf,
  type ObjectRef,
  RESOURCES,
  type Resource,
  refOf,
  resourceOfGroupKind,
} from './kube/index.ts';
import { lockOf, withDeployLock } from './lock/index.ts';
import { ownedSelector } from './manifests/index.ts';
import { settleAll } from './settle.ts';
import { accessTo, expectConfirmed, type Target } from './target.ts';
import type { World } from './world.ts';

export interface DestroyRequest extends Target {
  readonly yes: boolean;
  readonly timeoutSeconds?: number;
  readonly lockWaitSeconds?: number;
}

/** Kinds that every service has; what else it has, its inventory names. The namespace stays: others may live in it. */
const USUAL_RESOURCES: readonly Resource[] = [RESOURCES.Deployment, RESOURCES.Service, RESOURCES.ConfigMap, RESOURCES.ServiceAccount];
const DEFAULT_TIMEOUT_SECONDS = 120;
const POLL_MS = 500;
/** Kinds by which a proxy finds the Service; one that still has the way to pods that are gone answers 500. */
const ENTRANCES = new Set<string>([RESOURCES.HTTPRoute.kind, RESOURCES.Ingress.kind]);
/** A proxy follows a change within 0.3 to 0.6 s (decision 0019). */
const ENTRANCES_PAUSE_MS = 1_000;

/** Deletes what we manage of a service and waits until it is gone; what others made stays. */
export async function destroyService(request: DestroyRequest, world: World): Promise<readonly ObjectRef[]> {
  await expectConfirmed(request, request.yes, 'a destroy', world);
  const cluster = await world.connect(accessTo(request));
  try {
    const resources = await resourcesOf(cluster, request);
    // A destroy that was cut off at its very end has left its lock behind.
    if ((await listOwned(cluster, request, [...resources, RESOURCES.Lease])).length === 0) return report([], request, world);
    const owned = await withDeployLock(cluster, lockOf(request), world, (locked, held) => deleteAll(held, request, resources, locked));
    await removeLeases(cluster, request);
    return report(owned, request, world);
  } finally {
    await cluster.close();
  }
}

/** What leads requests here goes first, and the books last: a destroy that is cut off finds in them what is left. */
async function deleteAll(cluster: Cluster, request: DestroyRequest, resources: readonly Resource[], world: World): Promise<ObjectRef[]> {
  const all = await listOwned(cluster, request, resources);
  const [books, members] = [all.filter(isBook), all.filter((object) => !isBook(object))];
  const entrances = members.filter(isEntrance);
  if (entrances.length > 0) {
    await removeAll(cluster, entrances, world);
    await world.clock.sleep(ENTRANCES_PAUSE_MS, world.signal);
  }
  if (!world.signal?.aborted)
    await removeAll(
      cluster,
      members.filter((object) => !isEntrance(object)),
      world,
    );
  await waitUntilGone(cluster, request, resources, world);
  await settleAll(books.map((object) => cluster.remove(refOf(object))));
  return members.map(refOf);
}

async function removeAll(cluster: Cluster, objects: readonly KubeObject[], world: World): Promise<void> {
  await settleAll(objects.map((object) => cluster.remove(refOf(object))));
  for (const object of objects) world.report({ type: 'deleted', object: describeObject(refOf(object)) });
}

const isEntrance = (object: KubeObject): boolean => ENTRANCES.has(object.kind);

/** The parent of the set and the revisions: their names hold a dot, which no service's object does. */
const isBook = (object: KubeObject): boolean => object.kind === 'ConfigMap' && object.metadata.name.includes('.');

async function resourcesOf(cluster: Cluster, request: DestroyRequest): Promise<Resource[]> {
  const { books } = await readInventory(cluster, applySetOf(request.service, request.environment.namespace), []);
  const named = books.kinds.map(resourceOfGroupKind).filter((resource) => resource !== undefined);
  return [...new Map([...USUAL_RESOURCES, ...named].map((resource) => [groupKindOf(resource), resource])).values()];
}

async function listOwned(cluster: Cluster, request: DestroyRequest, resources: readonly Resource[]): Promise<KubeObject[]> {
  const query = { namespace: request.environment.namespace, labelSelector: ownedSelector(request.service) };
  const lists = await settleAll(resources.map((resource) => cluster.list({ resource, ...query })));
  return [...new Map(lists.flat().map((object) => [keyOf(refOf(object)), object])).values()];
}

async function removeLeases(cluster: Cluster, request: DestroyRequest): Promise<void> {
  const leases = await listOwned(cluster, request, [RESOURCES.Lease]);
  await settleAll(leases.map((lease) => cluster.remove(refOf(lease))));
}

function report(owned: readonly ObjectRef[], request: DestroyRequest, world: World): readonly ObjectRef[] {
  world.report({ type: 'gone', service: request.service, namespace: request.environment.namespace, objects: owned.length });
  return owned;
}

async function waitUntilGone(cluster: Cluster, request: DestroyRequest, resources: readonly Resource[], world: World): Promise<void> {
  const timeoutSeconds = request.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const startedMs = world.clock.nowMs();
  while (true) {
    const left = (await listOwned(cluster, request, resources)).filter((object) => !isBook(object));
    if (left.length === 0) return;
    const waitedMs = world.clock.nowMs() - startedMs;
    const isStopped = world.signal?.aborted ?? false;
    if (isStopped || waitedMs > timeoutSeconds * 1000) throw stillThere(request, left, waitedMs, isStopped);
    await world.clock.sleep(POLL_MS, world.signal);
  }
}

function stillThere(request: DestroyRequest, left: readonly KubeObject[], waitedMs: number, isStopped: boolean): ProblemError {
  const problem = {
    code: 'not-gone',
    where: `ns/${request.environment.namespace}`,
    what: `${left.map((object) => describeObject(refOf(object))).join(', ')} still there after ${Math.floor(waitedMs / 1000)} s`,
    remedy: 'their pods are still stopping, or a finalizer holds them: kubectl describe shows which',
  };
  return new ProblemError([problem], isStopped ? 'interrupted' : 'timeout');
}

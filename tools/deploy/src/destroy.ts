import { ProblemError } from '@modelyard/core';
import type { Cluster, Query } from './cluster/index.ts';
import { describeObject, type KubeObject, type ObjectRef, RESOURCES, refOf } from './kube/index.ts';
import { ownedSelector } from './manifests/index.ts';
import { settleAll } from './settle.ts';
import { accessTo, expectConfirmed, type Target } from './target.ts';
import type { World } from './world.ts';

export interface DestroyRequest extends Target {
  readonly yes: boolean;
  readonly timeoutSeconds?: number;
}

/** Every kind that a deploy may have created for a service. The namespace stays: others may live in it. */
const OWNED_RESOURCES = [RESOURCES.Deployment, RESOURCES.Service, RESOURCES.ConfigMap, RESOURCES.ServiceAccount];
const DEFAULT_TIMEOUT_SECONDS = 120;
const POLL_MS = 500;

/** Deletes what we manage of a service and waits until it is gone; what others made stays. */
export async function destroyService(request: DestroyRequest, world: World): Promise<readonly ObjectRef[]> {
  expectConfirmed(request, request.yes, 'a destroy');
  const cluster = await world.connect(accessTo(request));
  const { namespace } = request.environment;
  try {
    const owned = (await listOwned(cluster, request)).map(refOf);
    await settleAll(owned.map((ref) => cluster.remove(ref)));
    for (const ref of owned) world.report({ type: 'deleted', object: describeObject(ref) });
    await waitUntilGone(cluster, request, world);
    world.report({ type: 'gone', service: request.service, namespace, objects: owned.length });
    return owned;
  } finally {
    await cluster.close();
  }
}

async function listOwned(cluster: Cluster, request: DestroyRequest): Promise<KubeObject[]> {
  const query: Omit<Query, 'resource'> = { namespace: request.environment.namespace, labelSelector: ownedSelector(request.service) };
  return (await settleAll(OWNED_RESOURCES.map((resource) => cluster.list({ resource, ...query })))).flat();
}

async function waitUntilGone(cluster: Cluster, request: DestroyRequest, world: World): Promise<void> {
  const timeoutSeconds = request.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const startedMs = world.clock.nowMs();
  while (true) {
    const left = await listOwned(cluster, request);
    if (left.length === 0) return;
    if (world.signal?.aborted || world.clock.nowMs() - startedMs > timeoutSeconds * 1000) throw stillThere(request, left, timeoutSeconds);
    await world.clock.sleep(POLL_MS, world.signal);
  }
}

function stillThere(request: DestroyRequest, left: readonly KubeObject[], timeoutSeconds: number): ProblemError {
  const problem = {
    code: 'not-gone',
    where: `ns/${request.environment.namespace}`,
    what: `${left.map((object) => describeObject(refOf(object))).join(', ')} still there after ${timeoutSeconds} s`,
    remedy: 'their pods are still stopping, or a finalizer holds them: kubectl describe shows which',
  };
  return new ProblemError([problem], 'timeout');
}

import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { describeObject, isLeaving, type KubeObject, keyOf, refOf } from '../kube/index.ts';
import type { World } from '../world.ts';
import { readStanding } from './bring-up.ts';
import { membersOf, type Release } from './release.ts';

/** A Deployment goes when its pods have stopped; a finalizer may hold an object for ever. */
const LEAVING_SECONDS = 90;
const PAUSE_MS = 500;

/**
 * What the cluster holds of the release, once no object that is wanted is being deleted any more: what would be applied to it would
 * go with it. Who has `seen` it a moment ago says so. A ProblemError names those that do not go.
 */
export async function readOnceGone(cluster: Cluster, release: Release, world: World, seen?: Inventory): Promise<Inventory> {
  const wanted = new Set(membersOf(release).map((object) => keyOf(refOf(object))));
  const startedMs = world.clock.nowMs();
  let inventory = seen ?? (await readStanding(cluster, release));
  for (let looks = 0; ; looks++) {
    const leaving = inventory.members.filter((member) => isLeaving(member) && wanted.has(keyOf(refOf(member))));
    if (leaving.length === 0) return inventory;
    const isLate = world.clock.nowMs() - startedMs > LEAVING_SECONDS * 1_000;
    const isStopped = world.signal?.aborted ?? false;
    if (isLate || isStopped) throw new ProblemError(leaving.map(stillThere), isStopped ? 'interrupted' : 'apply');
    const names = leaving.map((object) => describeObject(refOf(object))).join(', ');
    if (looks === 0) world.report({ type: 'waiting', because: `${names}: being deleted, and made anew when gone` });
    await world.clock.sleep(PAUSE_MS, world.signal);
    inventory = await readStanding(cluster, release);
  }
}

function stillThere(object: KubeObject) {
  const { namespace, deletionTimestamp, finalizers = [] } = object.metadata;
  const held = finalizers.length > 0 ? `, held by ${finalizers.join(', ')}` : '';
  return {
    code: 'object-terminating',
    where: `${describeObject(refOf(object))} in ns/${namespace}`,
    what: `it is being deleted since ${deletionTimestamp}${held}`,
    remedy: 'deploy again once it is gone; whoever set a finalizer has to take it away',
  };
}

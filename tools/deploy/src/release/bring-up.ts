import { setImmediate } from 'node:timers/promises';
import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { applySetOf, type Inventory, kindsAfter, leavingMembers, readInventories, readInventory, writeBooks } from '../inventory/index.ts';
import { type KubeObject, keyOf, refOf } from '../kube/index.ts';
import { renderNamespace } from '../manifests/index.ts';
import { compareWithLive, isAsApplied, leavesFirst, type Plan, planChanges } from '../plan/index.ts';
import { listRecords, recordRevision } from '../revisions/index.ts';
import { type RolloutWatch, watchRollout } from '../rollout-watch.ts';
import type { World } from '../world.ts';
import { carryOut, prune } from './carry-out.ts';
import { notClosed, UnprovedError } from './interrupted.ts';
import { type Proof, proveRelease } from './prove.ts';
import { inLiveWay, membersOf, type Release, releaseHash } from './release.ts';
import { routeConfirmer } from './route.ts';

/** What a release did to the cluster. */
export interface BroughtUp extends Proof {
  readonly plan: Plan;
  /** Its number in the history. */
  readonly revision: number;
}

/** What the cluster holds of the release's service. */
export function readStanding(cluster: Cluster, release: Release): Promise<Inventory> {
  return readInventory(cluster, applySetOf(release.service, release.environment.namespace), membersOf(release));
}

/** What a namespace holds of releases' services, in their order. */
export function readStandings(cluster: Cluster, namespace: string, releases: readonly Release[]): Promise<Inventory[]> {
  const wishes = releases.map((release) => ({ set: applySetOf(release.service, namespace), desired: membersOf(release) }));
  return readInventories(cluster, namespace, wishes);
}

type LivePlan = Plan & { readonly revision: number };

const livePlans = new WeakMap<Inventory, { readonly release: Release; readonly plan: LivePlan | undefined }>();

/** The plan that keeps everything, when the release is live as it was applied and proved; else undefined. A survey and a deploy ask the same. */
export function planIfLive(inventory: Inventory, release: Release): LivePlan | undefined {
  const known = livePlans.get(inventory);
  if (known?.release === release) return known.plan;
  const plan = livePlanOf(inventory, release);
  livePlans.set(inventory, { release, plan });
  return plan;
}

function livePlanOf(inventory: Inventory, release: Release): LivePlan | undefined {
  const { proved } = inventory.books;
  if (!proved || proved.hash !== releaseHash(release) || !isLive(inventory, release)) return undefined;
  return { changes: membersOf(release).map((object) => ({ action: 'keep', object })), revision: proved.revision };
}

/** Whether the cluster holds exactly the release, as it was applied. */
export function isLive(inventory: Inventory, release: Release): boolean {
  const desired = membersOf(inLiveWay(release, inventory.members));
  const byKey = new Map(inventory.members.map((member) => [keyOf(refOf(member)), member]));
  const isHeld = (object: KubeObject) => isAsApplied(object, byKey.get(keyOf(refOf(object))));
  return leavingMembers(inventory, desired).length === 0 && desired.every(isHeld);
}

/** Each object of the release beside the live one, and the live ones that it leaves. */
export async function compareRelease(cluster: Cluster, release: Release, inventory: Inventory) {
  const desired = membersOf(release);
  const leaving = leavingMembers(inventory, desired);
  return { comparisons: await compareWithLive(cluster, desired, inventory.members, leaving), leaving };
}

/** What would be done to the cluster for the release. */
export async function planRelease(cluster: Cluster, release: Release, inventory: Inventory): Promise<Plan> {
  const { comparisons, leaving } = await compareRelease(cluster, release, inventory);
  return planChanges(comparisons, leaving);
}

/** The plan in a namespace that is still to be created, in which nothing can be compared. */
export function planInNewNamespace(release: Release): Plan {
  const objects = [renderNamespace(release.environment.namespace), ...membersOf(release)];
  return planChanges(objects.map((object) => ({ desired: object })));
}

/**
 * Carries out a plan and proves the release; only then deletes what is no longer wanted, and records the revision. An autoscaler
 * that is no longer wanted goes before all, for it would undo the replicas. Who has begun to watch already gives that watch.
 */
export async function bringUp(
  cluster: Cluster,
  release: Release,
  plan: Plan,
  inventory: Inventory,
  world: World,
  begun?: RolloutWatch,
): Promise<BroughtUp> {
  // Nobody else records while the lock is ours, so that the list can be on its way while pods start.
  const records = listRecords(cluster, placeOf(release));
  records.catch(() => undefined);
  const over = new AbortController();
  // The watches open while the objects are applied: when the controllers begin, they are there.
  const watch = begun ?? watchRollout(cluster, release.environment.namespace, release.service, over.signal);
  try {
    const { parent, proof } = await applyAndProve(cluster, release, plan, inventory, world, watch);
    const revision = await close(cluster, release, plan, { ...inventory, parent }, records, world);
    return { plan, revision, ...proof };
  } finally {
    // Not before the books are closed: a pool of connections opens each one anew whose watch was ended.
    over.abort();
  }
}

const placeOf = ({ service, environment }: Release) => ({ service, namespace: environment.namespace });

/**
 * Applies and proves. The wait begins when the Deployment is applied: what leads to its pods comes beside their start. When that cannot be applied, it is
 * told, and what the wait found is not; nothing is under way any more when this ends.
 */
async function applyAndProve(
  cluster: Cluster,
  release: Release,
  plan: Plan,
  inventory: Inventory,
  world: World,
  watch: RolloutWatch,
): Promise<{ readonly parent: KubeObject; readonly proof: Proof }> {
  const failed = new AbortController();
  const applied = Promise.withResolvers<KubeObject>();
  const carried = carryOut(cluster, release, plan, inventory, world, applied.resolve);
  carried.catch(() => failed.abort());
  const prove = async (): Promise<Proof> => {
    const deployment = await Promise.race([applied.promise, carried.then(() => undefined)]);
    // What is still to be applied goes out before the wait takes its first look.
    await setImmediate();
    const signal = world.signal ? AbortSignal.any([world.signal, failed.signal]) : failed.signal;
    const proof = await proveRelease(cluster, release, { ...world, signal }, { watch, ...(deployment ? { applied: deployment } : {}) });
    await carried;
    await routeConfirmer(cluster, world)(release);
    return proof;
  };
  const [parent, proof] = await Promise.allSettled([carried, prove()]);
  const lost = [parent, proof].find((one) => one.status === 'rejected');
  if (lost) throw lost.reason instanceof ProblemError ? new UnprovedError(lost.reason.problems, lost.reason.exit) : lost.reason;
  return { parent: await carried, proof: (proof as PromiseFulfilledResult<Proof>).value };
}

/** What follows the proof. The release is live then, and stays so when this fails. */
async function close(
  cluster: Cluster,
  release: Release,
  plan: Plan,
  inventory: Inventory,
  records: Promise<readonly KubeObject[]>,
  world: World,
): Promise<number> {
  const desired = membersOf(release);
  const { proved } = inventory.books;
  const hash = releaseHash(release);
  try {
    await prune(cluster, plan, (object) => !leavesFirst(object), world);
    const revision = proved?.hash === hash ? proved.revision : await record(cluster, release, hash, proved?.revision, await records, world);
    const books = { kinds: kindsAfter(inventory, desired), proved: { revision, hash } };
    await writeBooks(cluster, inventory.set, inventory.parent, books);
    return revision;
  } catch (error) {
    throw error instanceof ProblemError ? new ProblemError([...error.problems, notClosed(release)], error.exit) : error;
  }
}

async function record(
  cluster: Cluster,
  release: Release,
  hash: string,
  proved: number | undefined,
  records: readonly KubeObject[],
  world: World,
): Promise<number> {
  const { objects, image, imageId, commit, modelSha, port, rollbackTo } = release;
  const revision = await recordRevision(
    cluster,
    placeOf(release),
    {
      at: new Date(cluster.serverNowMs()).toISOString(),
      by: world.holder,
      image,
      hash,
      port,
      objects,
      ...(imageId ? { imageId } : {}),
      ...(commit ? { commit } : {}),
      ...(modelSha ? { modelSha } : {}),
      ...(rollbackTo ? { rollbackTo } : {}),
    },
    proved,
    records,
  );
  world.report({ type: 'recorded', revision });
  return revision;
}

import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import {
  applySetOf,
  type Inventory,
  kindsAfter,
  kindsBetween,
  leavingMembers,
  pruneMembers,
  readInventories,
  readInventory,
  writeBooks,
} from '../inventory/index.ts';
import { describeObject, type KubeObject, keyOf, refOf } from '../kube/index.ts';
import { renderNamespace } from '../manifests/index.ts';
import { applyPlan, type Change, compareWithLive, isAsApplied, leavesFirst, type Plan, planChanges } from '../plan/index.ts';
import { listRecords, recordRevision } from '../revisions/index.ts';
import { watchRollout } from '../rollout-watch.ts';
import type { World } from '../world.ts';
import { notClosed, stopped, UnprovedError } from './interrupted.ts';
import { type Proof, proveRelease } from './prove.ts';
import { inLiveWay, membersOf, type Release, releaseHash } from './release.ts';

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
 * that is no longer wanted goes before all, for it would undo the replicas.
 */
export async function bringUp(cluster: Cluster, release: Release, plan: Plan, inventory: Inventory, world: World): Promise<BroughtUp> {
  // Nobody else records while the lock is ours, so that the list can be on its way while pods start.
  const records = listRecords(cluster, placeOf(release));
  records.catch(() => undefined);
  const { parent, proof } = await applyAndProve(cluster, release, plan, inventory, world);
  const revision = await close(cluster, release, plan, { ...inventory, parent }, records, world);
  return { plan, revision, ...proof };
}

const placeOf = ({ service, environment }: Release) => ({ service, namespace: environment.namespace });

async function applyAndProve(cluster: Cluster, release: Release, plan: Plan, inventory: Inventory, world: World) {
  const over = new AbortController();
  // The watches open while the objects are applied: when the controllers begin, they are there.
  const watch = watchRollout(cluster, release.environment.namespace, release.service, over.signal);
  try {
    const parent = await carryOut(cluster, release, plan, inventory, world);
    return { parent, proof: await proveRelease(cluster, release, world, { watch }) };
  } catch (error) {
    throw error instanceof ProblemError ? new UnprovedError(error.problems, error.exit) : error;
  } finally {
    over.abort();
  }
}

/**
 * Carries out a plan; what is no longer wanted stays, but for what has to leave first. Gives the parent of the set, whose books
 * name all that there is.
 */
export async function carryOut(cluster: Cluster, release: Release, plan: Plan, inventory: Inventory, world: World): Promise<KubeObject> {
  const { proved } = inventory.books;
  await deliverImage(release, plan, world);
  const books = { kinds: kindsBetween(inventory, membersOf(release)), ...(proved ? { proved } : {}) };
  const parent = await writeBooks(cluster, inventory.set, inventory.parent, books);
  await prune(cluster, plan, leavesFirst, world);
  if (!(await applyPlan(cluster, plan, (change) => reportApplied(change, world), world.signal))) throw stopped(release);
  return parent;
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

function prune(cluster: Cluster, plan: Plan, isDue: (object: KubeObject) => boolean, world: World): Promise<void> {
  const leaving = plan.changes.filter((change) => change.action === 'delete').map((change) => change.object);
  return pruneMembers(cluster, leaving.filter(isDue), (object) => world.report({ type: 'deleted', object }));
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

/** Pods that stay as they are have their image already, and so has a cluster to which an earlier image goes back. */
async function deliverImage(release: Release, plan: Plan, world: World): Promise<void> {
  const startsPods = plan.changes.some(({ action, object }) => object.kind === 'Deployment' && action !== 'keep');
  const isNeeded = release.environment.delivery === 'load' && startsPods && release.rollbackTo === undefined;
  if (!isNeeded || !world.deliver) return;
  world.report({ type: 'delivering', image: release.image });
  await world.deliver(release.image, release.environment.context);
}

function reportApplied(change: Change, world: World): void {
  if (change.action !== 'create' && change.action !== 'update') return;
  world.report({ type: 'applied', object: describeObject(refOf(change.object)), action: change.action });
}

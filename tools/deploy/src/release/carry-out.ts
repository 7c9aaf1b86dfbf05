import type { Cluster } from '../cluster/index.ts';
import { type Inventory, kindsBetween, pruneMembers, writeBooks } from '../inventory/index.ts';
import { describeObject, type KubeObject, RESOURCES, refOf } from '../kube/index.ts';
import { applyPlan, type Change, leavesFirst, type Plan } from '../plan/index.ts';
import type { World } from '../world.ts';
import { stopped } from './interrupted.ts';
import { membersOf, type Release } from './release.ts';

/**
 * Carries out a plan; what is no longer wanted stays, but for what has to leave first. Hands over the service's Deployment as the server holds it once
 * it is applied. Gives the parent of the set, whose books name all that there is.
 */
export async function carryOut(
  cluster: Cluster,
  release: Release,
  plan: Plan,
  inventory: Inventory,
  world: World,
  onDeployment: (applied: KubeObject) => void = () => undefined,
): Promise<KubeObject> {
  const { proved } = inventory.books;
  await deliverImage(release, plan, world);
  const books = { kinds: kindsBetween(inventory, membersOf(release)), ...(proved ? { proved } : {}) };
  const parent = await writeBooks(cluster, inventory.set, inventory.parent, books);
  await prune(cluster, plan, leavesFirst, world);
  const note = (change: Change, applied: KubeObject): void => {
    reportApplied(change, world);
    if (change.object.kind === RESOURCES.Deployment.kind && change.object.metadata.name === release.service) onDeployment(applied);
  };
  if (!(await applyPlan(cluster, plan, note, world.signal))) throw stopped(release);
  return parent;
}

/** Deletes of what a plan deletes that which is due now. */
export function prune(cluster: Cluster, plan: Plan, isDue: (object: KubeObject) => boolean, world: World): Promise<void> {
  const leaving = plan.changes.filter((change) => change.action === 'delete').map((change) => change.object);
  return pruneMembers(cluster, leaving.filter(isDue), (object) => world.report({ type: 'deleted', object }));
}

/** Pods that stay as they are, or leave, have their image already, and so has a cluster to which an earlier image goes back. */
async function deliverImage(release: Release, plan: Plan, world: World): Promise<void> {
  const startsPods = plan.changes.some(
    ({ action, object }) => object.kind === RESOURCES.Deployment.kind && (action === 'create' || action === 'update'),
  );
  const isNeeded = release.environment.delivery === 'load' && startsPods && release.rollbackTo === undefined;
  if (!isNeeded || !world.deliver) return;
  world.report({ type: 'delivering', image: release.image });
  await world.deliver(release.image, release.environment.context);
}

function reportApplied(change: Change, world: World): void {
  if (change.action !== 'create' && change.action !== 'update') return;
  world.report({ type: 'applied', object: describeObject(refOf(change.object)), action: change.action });
}

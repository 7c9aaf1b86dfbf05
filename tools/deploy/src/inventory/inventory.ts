import type { Cluster } from '../cluster/index.ts';
import { describeObject, groupKindOf, type KubeObject, keyOf, RESOURCES, refOf, resourceOfGroupKind } from '../kube/index.ts';
import { settleAll } from '../settle.ts';
import { type ApplySet, kindsOf, memberSelector, parentSelector, setOfMember, setOfParent } from './apply-set.ts';
import { type Books, readBooks } from './parent.ts';

/** What the cluster holds of a service's set. */
export interface Inventory {
  readonly set: ApplySet;
  /** Absent before the first deploy. */
  readonly parent?: KubeObject;
  readonly books: Books;
  readonly members: readonly KubeObject[];
}

/** Data outlives the objects around it: these are never deleted because they are no longer wanted. */
const NEVER_PRUNED = new Set(['PersistentVolumeClaim']);

/** A set, and the objects that it is to hold. */
export interface Wish {
  readonly set: ApplySet;
  readonly desired: readonly KubeObject[];
}

/** What the cluster holds of one set. */
export async function readInventory(cluster: Cluster, set: ApplySet, desired: readonly KubeObject[]): Promise<Inventory> {
  const [inventory] = await readInventories(cluster, set.namespace, [{ set, desired }]);
  return inventory as Inventory;
}

/**
 * What a namespace holds of sets, in their order: the parents and the members, by one list for each kind however many sets
 * there are. The kinds are the wanted ones and those that the parents name.
 */
export async function readInventories(cluster: Cluster, namespace: string, wishes: readonly Wish[]): Promise<Inventory[]> {
  const sets = wishes.map(({ set }) => set);
  const wantedKinds = new Set(wishes.flatMap(({ desired }) => kindsOf(desired)));
  const [parents, wanted] = await Promise.all([
    cluster.list({ resource: RESOURCES.ConfigMap, namespace, labelSelector: parentSelector(sets) }),
    listMembers(cluster, namespace, sets, wantedKinds),
  ]);
  const parentOf = new Map(parents.map((parent) => [setOfParent(parent), parent]));
  const namedKinds = new Set(sets.flatMap(({ id }) => readBooks(parentOf.get(id)).kinds));
  const others = await listMembers(cluster, namespace, sets, new Set([...namedKinds].filter((kind) => !wantedKinds.has(kind))));
  const membersOf = Map.groupBy([...wanted, ...others], setOfMember);
  return sets.map((set) => {
    const parent = parentOf.get(set.id);
    return { set, books: readBooks(parent), members: membersOf.get(set.id) ?? [], ...(parent ? { parent } : {}) };
  });
}

async function listMembers(
  cluster: Cluster,
  namespace: string,
  sets: readonly ApplySet[],
  kinds: ReadonlySet<string>,
): Promise<KubeObject[]> {
  const resources = [...kinds].map(resourceOfGroupKind).filter((resource) => resource !== undefined);
  const query = { namespace, labelSelector: memberSelector(sets) };
  return (await settleAll(resources.map((resource) => cluster.list({ resource, ...query })))).flat();
}

/** The members that are no longer wanted. */
export function leavingMembers(inventory: Inventory, desired: readonly KubeObject[]): KubeObject[] {
  const wanted = new Set(desired.map((object) => keyOf(refOf(object))));
  return inventory.members.filter((member) => !wanted.has(keyOf(refOf(member))) && !NEVER_PRUNED.has(member.kind));
}

/** The kinds of before and after: what the parent must name while objects come and go. */
export function kindsBetween(inventory: Inventory, desired: readonly KubeObject[]): string[] {
  return [...new Set([...inventory.books.kinds, ...kindsOf(desired)])];
}

/** The kinds that are left when the leaving members are gone; those that are never pruned stay in the books. */
export function kindsAfter(inventory: Inventory, desired: readonly KubeObject[]): string[] {
  const staying = inventory.members.filter((member) => NEVER_PRUNED.has(member.kind)).map(groupKindOf);
  const unknown = inventory.books.kinds.filter((kind) => !resourceOfGroupKind(kind));
  return [...new Set([...kindsOf(desired), ...staying, ...unknown])];
}

/** Deletes what is no longer wanted. */
export async function pruneMembers(cluster: Cluster, leaving: readonly KubeObject[], onDeleted: (object: string) => void): Promise<void> {
  await settleAll(
    leaving.map(async (object) => {
      await cluster.remove(refOf(object));
      onDeleted(describeObject(refOf(object)));
    }),
  );
}

import type { Cluster } from '../cluster/index.ts';
import { describeObject, groupKindOf, type KubeObject, keyOf, refOf, resourceOfGroupKind } from '../kube/index.ts';
import { settleAll } from '../settle.ts';
import { type ApplySet, kindsOf, memberSelector } from './apply-set.ts';
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

/** Reads the parent, and the members by one list for each kind: the wanted kinds and those that the parent names. */
export async function readInventory(cluster: Cluster, set: ApplySet, desired: readonly KubeObject[]): Promise<Inventory> {
  const wantedKinds = kindsOf(desired);
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: set.parent, namespace: set.namespace };
  const [parent, wanted] = await Promise.all([cluster.read(ref), listMembers(cluster, set, wantedKinds)]);
  const books = readBooks(parent);
  const others = await listMembers(
    cluster,
    set,
    books.kinds.filter((kind) => !wantedKinds.includes(kind)),
  );
  return { set, books, members: [...wanted, ...others], ...(parent ? { parent } : {}) };
}

async function listMembers(cluster: Cluster, set: ApplySet, kinds: readonly string[]): Promise<KubeObject[]> {
  const resources = kinds.map(resourceOfGroupKind).filter((resource) => resource !== undefined);
  const query = { namespace: set.namespace, labelSelector: memberSelector(set) };
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

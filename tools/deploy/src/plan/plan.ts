import { differingPaths, equalJson, type KubeObject } from '../kube/index.ts';
import { ourEntry, type TakenField } from './ownership.ts';
import { APPLIED_HASH_ANNOTATION } from './stamp.ts';

/** One wanted object beside what the cluster holds, and what it would hold after the object is applied. */
export interface Comparison {
  readonly desired: KubeObject;
  readonly live?: KubeObject;
  /** The server's dry run; absent while the object's namespace is. */
  readonly applied?: KubeObject;
  /** Fields that were edited behind our back, and are taken back. */
  readonly repairs?: readonly TakenField[];
  /** The replicas, when they are left to an autoscaler from now on. */
  readonly handsOver?: number;
}

export type Change =
  | { readonly action: 'create'; readonly object: KubeObject }
  | Update
  | { readonly action: 'keep'; readonly object: KubeObject }
  | { readonly action: 'delete'; readonly object: KubeObject };

export interface Update {
  readonly action: 'update';
  readonly object: KubeObject;
  readonly fields: readonly string[];
  readonly repairs?: readonly TakenField[];
  readonly handsOver?: number;
}

export interface Plan {
  readonly changes: readonly Change[];
}

/** What an apply would do to each object, in the order given, and what is deleted after it. */
export function planChanges(comparisons: readonly Comparison[], leaving: readonly KubeObject[] = []): Plan {
  const deletions = leaving.map((object) => ({ action: 'delete', object }) as const);
  return { changes: [...comparisons.map(changeOf), ...deletions] };
}

/** Whether nothing would change. */
export function isUnchanged(plan: Plan): boolean {
  return plan.changes.every((change) => change.action === 'keep');
}

/** The server fills in defaults, so the live object is compared with a dry run and not with our own text. */
function changeOf({ desired, live, applied, repairs = [], handsOver }: Comparison): Change {
  if (!live || !applied) return { action: 'create', object: desired };
  const fields = differingPaths(comparable(live), comparable(applied));
  const more = { ...(repairs.length > 0 ? { repairs } : {}), ...(handsOver === undefined ? {} : { handsOver }) };
  if (fields.length > 0) return { action: 'update', object: desired, fields, ...more };
  const unseen = unseenChange(live, applied);
  return unseen ? { action: 'update', object: desired, fields: [unseen], ...more } : { action: 'keep', object: desired };
}

/** Equal values that we do not own yet, or would own no more, still need an apply; so does another hash. */
function unseenChange(live: KubeObject, applied: KubeObject): string | undefined {
  if (!equalJson(ourEntry(live)?.fieldsV1, ourEntry(applied)?.fieldsV1)) return 'metadata.managedFields';
  const hashes = [live, applied].map((object) => object.metadata.annotations?.[APPLIED_HASH_ANNOTATION]);
  return hashes[0] === hashes[1] ? undefined : `metadata.annotations["${APPLIED_HASH_ANNOTATION}"]`;
}

/** What a person would call the object: without what the server counts and stamps, and without our own stamp. */
export function comparable(object: KubeObject): object {
  const { status: _status, metadata, ...rest } = object;
  const { managedFields: _managed, resourceVersion: _version, generation: _generation, annotations, ...kept } = metadata;
  const { [APPLIED_HASH_ANNOTATION]: _hash, ...said } = annotations ?? {};
  return { ...rest, metadata: { ...kept, ...(Object.keys(said).length > 0 ? { annotations: said } : {}) } };
}

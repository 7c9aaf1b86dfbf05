import { FIELD_MANAGER } from '@modelyard/core';
import { differingPaths, equalJson, type KubeObject } from '../kube/index.ts';

/** One wanted object beside what the cluster holds, and what it would hold after the object is applied. */
export interface Comparison {
  readonly desired: KubeObject;
  readonly live?: KubeObject;
  /** The server's dry run; absent while the object's namespace is. */
  readonly applied?: KubeObject;
}

export type Change =
  | { readonly action: 'create'; readonly object: KubeObject }
  | { readonly action: 'update'; readonly object: KubeObject; readonly fields: readonly string[] }
  | { readonly action: 'keep'; readonly object: KubeObject };

export interface Plan {
  readonly changes: readonly Change[];
}

/** What an apply would do to each object, in the order given. */
export function planChanges(comparisons: readonly Comparison[]): Plan {
  return { changes: comparisons.map(changeOf) };
}

/** Whether nothing would change. */
export function isUnchanged(plan: Plan): boolean {
  return plan.changes.every((change) => change.action === 'keep');
}

/** The server fills in defaults, so the live object is compared with a dry run and not with our own text. */
function changeOf({ desired, live, applied }: Comparison): Change {
  if (!live || !applied) return { action: 'create', object: desired };
  const fields = differingPaths(comparable(live), comparable(applied));
  if (fields.length > 0) return { action: 'update', object: desired, fields };
  const takesOver = !equalJson(ownedFields(live), ownedFields(applied));
  return takesOver ? { action: 'update', object: desired, fields: ['metadata.managedFields'] } : { action: 'keep', object: desired };
}

/** What a person would call the object: without what the server counts and stamps. */
function comparable(object: KubeObject): object {
  const { status: _status, metadata, ...rest } = object;
  const { managedFields: _managed, resourceVersion: _version, generation: _generation, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

/** Equal values that we do not own yet, or would own no more, still need an apply. */
function ownedFields(object: KubeObject): unknown {
  return object.metadata.managedFields?.find(
    (entry) => entry.manager === FIELD_MANAGER && entry.operation === 'Apply' && !entry.subresource,
  )?.fieldsV1;
}

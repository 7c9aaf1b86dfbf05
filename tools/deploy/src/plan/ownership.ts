import { FIELD_MANAGER } from '@modelyard/core';
import type { KubeObject, ManagedFields } from '../kube/index.ts';

/** Manager that holds the replicas between our last apply of them and the autoscaler's first. */
export const HANDOVER_MANAGER = `${FIELD_MANAGER}-handover`;

/** A field that we applied and that another manager has changed since. */
export interface TakenField {
  readonly field: string;
  readonly manager: string;
}

/** `fieldsV1` of managedFields: `{"f:spec": {"f:replicas": {}}}`. */
type FieldSet = { readonly [key: string]: FieldSet };

const NO_FIELDS: FieldSet = { '.': {} };
/** The server keeps these itself; no manager owns them. */
const UNOWNED = new Set(['apiVersion', 'kind', 'metadata.name', 'metadata.namespace']);

/**
 * Whether each field of the wanted object is still ours. Who changes a field takes it from us, so a field that we own holds
 * what we applied last; no value needs to be compared.
 */
export function ownsEveryField(desired: KubeObject, live: KubeObject): boolean {
  return ownsAll(desired, (ourEntry(live)?.fieldsV1 ?? NO_FIELDS) as FieldSet, '');
}

/** As `lostFields`, without a word about which: most objects of most deploys have lost nothing. */
function ownsAll(value: unknown, fields: FieldSet | undefined, path: string): boolean {
  if (fields === undefined) return UNOWNED.has(path);
  if (typeof value !== 'object' || value === null || isEmpty(fields)) return true;
  if (Array.isArray(value)) return value.every((item) => ownsAll(item, fieldsOfItem(item, fields), '[]'));
  return Object.entries(value).every(([key, inner]) => ownsAll(inner, fields[`f:${key}`], path === '' ? key : `${path}.${key}`));
}

function isEmpty(fields: FieldSet): boolean {
  for (const _name in fields) return false;
  return true;
}

/**
 * The fields that others changed by editing, which an apply takes back. None when one of them belongs to another applier
 * (who would take it again), or when we never applied the object: the server then names the conflict.
 */
export function driftOf(desired: KubeObject, live: KubeObject): TakenField[] {
  const lost = lostFields(desired, live);
  if (!ourEntry(live) || lost.length === 0) return [];
  const takers = (live.metadata.managedFields ?? []).filter((entry) => !isOurs(entry));
  const taken = takers.flatMap((entry) =>
    pathsOf(desired, entry, true)
      .filter((path) => lost.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)))
      .map((field) => ({
        field,
        manager: entry.manager ?? '',
        isApplier: entry.operation === 'Apply' && entry.manager !== HANDOVER_MANAGER,
      })),
  );
  if (taken.some((one) => one.isApplier)) return [];
  return taken.map(({ field, manager }) => ({ field, manager }));
}

/** Whether our last apply holds the field at a path: `ownsField(live, ['spec', 'replicas'])`. */
export function ownsField(live: KubeObject, path: readonly string[]): boolean {
  const found = path.reduce<FieldSet | undefined>((set, key) => set?.[`f:${key}`], ourEntry(live)?.fieldsV1 as FieldSet | undefined);
  return found !== undefined;
}

/** What managedFields says of our own applies. */
export function ourEntry(live: KubeObject): ManagedFields | undefined {
  return live.metadata.managedFields?.find(isOurs);
}

/** When our last apply changed an object, by the server's clock. */
export const appliedAt = (live: KubeObject): string | undefined => ourEntry(live)?.time;

const isOurs = (entry: ManagedFields): boolean => entry.manager === FIELD_MANAGER && entry.operation === 'Apply' && !entry.subresource;

/** The fields of the wanted object that are not ours. */
export function lostFields(desired: KubeObject, live: KubeObject): string[] {
  return pathsOf(desired, ourEntry(live), false);
}

function pathsOf(desired: KubeObject, entry: ManagedFields | undefined, owned: boolean): string[] {
  return [...ownedPaths(desired, (entry?.fieldsV1 ?? NO_FIELDS) as FieldSet, '')]
    .filter((one) => one.isOwned === owned && !UNOWNED.has(one.path))
    .map((one) => one.path);
}

/** Walks a value beside a set of fields, down to the first field that is not in the set and to the leaves that are. */
function* ownedPaths(value: unknown, fields: FieldSet | undefined, path: string): Generator<{ path: string; isOwned: boolean }> {
  if (fields === undefined) yield { path, isOwned: false };
  else if (typeof value !== 'object' || value === null || Object.keys(fields).length === 0) yield { path, isOwned: true };
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* ownedPaths(item, fieldsOfItem(item, fields), `${path}[${index}]`);
  } else {
    for (const [key, inner] of Object.entries(value)) yield* ownedPaths(inner, fields[`f:${key}`], path === '' ? key : `${path}.${key}`);
  }
}

/** An item of a list is named by its keys (`k:{"name":"model"}`) or by its value (`v:"a"`). A key left out has its default. */
function fieldsOfItem(item: unknown, fields: FieldSet): FieldSet | undefined {
  const found = Object.entries(fields).find(([name]) => {
    if (name.startsWith('v:')) return JSON.stringify(item) === name.slice(2);
    if (!name.startsWith('k:') || typeof item !== 'object' || item === null) return false;
    const keys = JSON.parse(name.slice(2)) as Record<string, unknown>;
    return Object.entries(keys).every(([key, value]) => (item as Record<string, unknown>)[key] === value || !(key in item));
  });
  return found?.[1];
}

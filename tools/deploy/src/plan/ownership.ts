import { FIELD_MANAGER } from '@modelyard/core';
import { equalJson, type KubeObject, type ManagedFields } from '../kube/index.ts';

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
  if (Array.isArray(value)) return value.every((item) => ownsAll(item, fields[nameIn(fields, item)], '[]'));
  return Object.entries(value).every(([key, inner]) => ownsAll(inner, fields[`f:${key}`], path === '' ? key : `${path}.${key}`));
}

function isEmpty(fields: FieldSet): boolean {
  for (const _name in fields) return false;
  return true;
}

/**
 * The fields that others changed by editing, which an apply takes back: those that we lost, and those of which an edit and our last apply say the
 * same and the wanted object says another thing. None when one of them belongs to another applier (who would take it again), or when we never
 * applied the object: the server then names the conflict.
 */
export function driftOf(desired: KubeObject, live: KubeObject): TakenField[] {
  if (!ourEntry(live)) return [];
  const lost = lostFields(desired, live);
  const isLost = (path: string) => lost.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`));
  const takers = (live.metadata.managedFields ?? []).filter((entry) => !isOurs(entry));
  const taken = takers.flatMap((entry) =>
    fieldsIn(desired, entry, live)
      .filter(({ path, isOwned, wanted, held }) => isOwned && (isLost(path) || !equalJson(wanted, held)))
      .map(({ path }) => ({
        field: path,
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
  return fieldsIn(desired, ourEntry(live), live).flatMap(({ path, isOwned }) => (isOwned ? [] : [path]));
}

/** A field of a wanted object, whether a manager owns it, and what the live object says of it. */
interface Field {
  readonly path: string;
  readonly isOwned: boolean;
  readonly wanted: unknown;
  readonly held: unknown;
}

function fieldsIn(desired: KubeObject, entry: ManagedFields | undefined, live: KubeObject): Field[] {
  return [...walk(desired, (entry?.fieldsV1 ?? NO_FIELDS) as FieldSet, live, '')].filter(({ path }) => !UNOWNED.has(path));
}

/** Walks a value beside a set of fields, down to the first field that is not in the set and to the leaves that are. */
function* walk(value: unknown, fields: FieldSet | undefined, live: unknown, path: string): Generator<Field> {
  if (fields === undefined || typeof value !== 'object' || value === null || isEmpty(fields)) {
    yield { path, isOwned: fields !== undefined, wanted: value, held: live };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const name = nameIn(fields, item);
      yield* walk(item, fields[name], itemIn(live, name), `${path}[${index}]`);
    }
  } else {
    const held = (live ?? {}) as Readonly<Record<string, unknown>>;
    for (const [key, inner] of Object.entries(value))
      yield* walk(inner, fields[`f:${key}`], held[key], path === '' ? key : `${path}.${key}`);
  }
}

/** What a set of fields calls an item of a list; empty for one that is not in it. */
const nameIn = (fields: FieldSet, item: unknown): string => Object.keys(fields).find((name) => isNamed(item, name)) ?? '';

const itemIn = (list: unknown, name: string): unknown => (Array.isArray(list) ? list.find((item) => isNamed(item, name)) : undefined);

/** An item of a list is named by its keys (`k:{"name":"model"}`) or by its value (`v:"a"`). A key left out has its default. */
function isNamed(item: unknown, name: string): boolean {
  if (name.startsWith('v:')) return JSON.stringify(item) === name.slice(2);
  if (!name.startsWith('k:') || typeof item !== 'object' || item === null) return false;
  const keys = JSON.parse(name.slice(2)) as Record<string, unknown>;
  return Object.entries(keys).every(([key, value]) => (item as Record<string, unknown>)[key] === value || !(key in item));
}

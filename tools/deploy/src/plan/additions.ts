import { FIELD_MANAGER } from '@modelyard/core';
import type { KubeObject, ManagedFields } from '../kube/index.ts';
import type { TakenField } from './ownership.ts';

/** `fieldsV1` of managedFields: `{"f:spec": {"f:replicas": {}}}`. */
type FieldSet = { readonly [key: string]: FieldSet };

/** What an autoscaler sets, and what the cluster's own controllers write, is no one's edit. */
const LEFT_TO_OTHERS = new Set(['spec.replicas']);
const CONTROLLERS = /^(kube-controller-manager|cloud-controller-manager|kube-apiserver)$/;

/**
 * What others have put beside our fields: into the spec, the labels or the data. An apply neither shows nor removes it.
 * By manager: the server lists them by the second of their last write, which is no order to read twice.
 */
export function additionsOf(live: KubeObject): TakenField[] {
  const entries = live.metadata.managedFields ?? [];
  const ours = entries.filter(({ manager = '' }) => manager.startsWith(FIELD_MANAGER)).map(fieldsOf);
  const others = entries.filter(({ manager = '', subresource }) => !manager.startsWith(FIELD_MANAGER) && !subresource);
  return others
    .filter(({ manager = '' }) => !CONTROLLERS.test(manager))
    .flatMap((entry) =>
      partsOf(fieldsOf(entry))
        .flatMap(([path, fields]) =>
          unowned(
            path,
            fields,
            ours.map((set) => within(set, path)),
          ),
        )
        .filter((field) => !LEFT_TO_OTHERS.has(field))
        .map((field) => ({ field, manager: entry.manager ?? '' })),
    )
    .toSorted((one, other) => (one.manager < other.manager ? -1 : Number(one.manager > other.manager)));
}

const fieldsOf = (entry: ManagedFields): FieldSet => (entry.fieldsV1 ?? {}) as FieldSet;

/** The parts of an object that say what it does; annotations are everybody's notebook. */
function partsOf(fields: FieldSet): [path: string[], fields: FieldSet][] {
  const paths = [['f:spec'], ['f:data'], ['f:metadata', 'f:labels']];
  return paths.flatMap((path): [string[], FieldSet][] => {
    const part = within(fields, path);
    return part ? [[path, part]] : [];
  });
}

const within = (fields: FieldSet | undefined, path: readonly string[]): FieldSet | undefined =>
  path.reduce<FieldSet | undefined>((set, key) => set?.[key], fields);

/** The topmost fields of which nothing is ours; the items of a list each by itself. */
function unowned(path: readonly string[], fields: FieldSet, ours: readonly (FieldSet | undefined)[]): string[] {
  return Object.entries(fields).flatMap(([key, inner]) => {
    if (key === '.' || isNotebook(key, inner)) return [];
    const own = ours.map((set) => set?.[key]);
    const isOurs = own.some((set) => set !== undefined);
    if (isOurs && own.some((set) => set && Object.keys(set).length === 0)) return [];
    const isListOfItems = Object.keys(inner).some((name) => name.startsWith('k:') || name.startsWith('v:'));
    return isOurs || isListOfItems ? unowned([...path, key], inner, own) : [textOf([...path, key])];
  });
}

/** Annotations, or nothing but them: the time of a restart by hand is no part of what the pods do. */
function isNotebook(key: string, inner: FieldSet): boolean {
  const entries = Object.entries(inner).filter(([name]) => name !== '.');
  return key === 'f:annotations' || (entries.length > 0 && entries.every(([name, value]) => isNotebook(name, value)));
}

/** `spec.template.spec.containers[side].image`. */
function textOf(path: readonly string[]): string {
  return path.reduce((text, key) => {
    if (key.startsWith('f:')) return text === '' ? key.slice(2) : `${text}.${key.slice(2)}`;
    const value: unknown = JSON.parse(key.slice(2));
    const name = key.startsWith('k:') ? Object.values(value as object)[0] : value;
    return `${text}[${typeof name === 'string' ? name : JSON.stringify(name)}]`;
  }, '');
}

import { createHash } from 'node:crypto';
import { FIELD_MANAGER, MODELYARD_VERSION } from '@modelyard/core';
import { groupKindOf, type KubeObject, selectorOf } from '../kube/index.ts';

// The labels and annotations of KEP-3659, so that "kubectl get -l" and other tools see the same set.
const SET_ID_LABEL = 'applyset.kubernetes.io/id';
const MEMBER_LABEL = 'applyset.kubernetes.io/part-of';
const TOOLING_ANNOTATION = 'applyset.kubernetes.io/tooling';
const KINDS_ANNOTATION = 'applyset.kubernetes.io/contains-group-kinds';

/** One service's set of objects in one namespace. */
export interface ApplySet {
  readonly id: string;
  /** Name of the ConfigMap that stands for the set. */
  readonly parent: string;
  readonly service: string;
  readonly namespace: string;
}

/** The set of a service. Its parent's name holds a dot, which no service's name does. */
export function applySetOf(service: string, namespace: string): ApplySet {
  const parent = `${service}.applyset`;
  return { id: applySetId({ name: parent, namespace, kind: 'ConfigMap', group: '' }), parent, service, namespace };
}

/** The id that KEP-3659 gives to the set of a parent object. */
export function applySetId(parent: { name: string; namespace: string; kind: string; group: string }): string {
  const text = [parent.name, parent.namespace, parent.kind, parent.group].join('.');
  return `applyset-${createHash('sha256').update(text).digest('base64url')}-v1`;
}

/** The object as a member of the set. */
export function memberOf(set: ApplySet, object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, [MEMBER_LABEL]: set.id } } };
}

/** Selects the members of sets. */
export const memberSelector = (sets: readonly ApplySet[]): string => selectorOf(MEMBER_LABEL, idsOf(sets));

/** Selects the parents of sets. */
export const parentSelector = (sets: readonly ApplySet[]): string => selectorOf(SET_ID_LABEL, idsOf(sets));

/** The id of the set that an object is a member of. */
export const setOfMember = (object: KubeObject): string | undefined => object.metadata.labels?.[MEMBER_LABEL];

/** The id of the set that an object stands for. */
export const setOfParent = (object: KubeObject): string | undefined => object.metadata.labels?.[SET_ID_LABEL];

const idsOf = (sets: readonly ApplySet[]): string[] => sets.map(({ id }) => id);

/** The object that stands for the set and says which kinds its members have. */
export function renderParent(
  set: ApplySet,
  kinds: readonly string[],
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: set.parent,
      namespace: set.namespace,
      labels: { ...labels, [SET_ID_LABEL]: set.id },
      annotations: {
        ...annotations,
        [TOOLING_ANNOTATION]: `${FIELD_MANAGER}/v${MODELYARD_VERSION}`,
        [KINDS_ANNOTATION]: [...kinds].sort().join(','),
      },
    },
  };
}

/** The kinds that a parent names, as `Deployment.apps`. */
export function kindsOfParent(parent: KubeObject | undefined): string[] {
  return (parent?.metadata.annotations?.[KINDS_ANNOTATION] ?? '').split(',').filter((kind) => kind !== '');
}

/** The kinds of objects, each once. */
export function kindsOf(objects: readonly KubeObject[]): string[] {
  return [...new Set(objects.map(groupKindOf))];
}

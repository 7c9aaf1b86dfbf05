import { ANNOTATION_PREFIX } from '@modelyard/core';
import { type KubeObject, sha256Of } from '../kube/index.ts';

/** Annotation of every object: sha256 of the object as it was applied, without this annotation. */
export const APPLIED_HASH_ANNOTATION = `${ANNOTATION_PREFIX}/applied-hash`;

/** The object with its own hash, by which the next deploy sees that nothing has to be sent. */
export function stampHash(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [APPLIED_HASH_ANNOTATION]: sha256Of(object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The hash that an object was stamped with; undefined when it was not. */
export function hashOf(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[APPLIED_HASH_ANNOTATION];
}

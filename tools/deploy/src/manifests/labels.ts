import {
  ANNOTATION_PREFIX,
  FIELD_MANAGER,
  LABEL_INSTANCE,
  LABEL_MANAGED_BY,
  LABEL_NAME,
  LABEL_PART_OF,
  type ServiceSpec,
} from '@modelyard/core';
import type { ObjectMeta } from '../kube/index.ts';
import type { RenderRequest } from './request.ts';

/** Annotation of the pods: sha256 of the image's configuration. A rebuilt image of the same name rolls the pods. */
export const IMAGE_ID_ANNOTATION = `${ANNOTATION_PREFIX}/image-id`;
/** Annotation of the pods: sha256 of the ConfigMap's content, so that a changed one rolls the pods. */
export const CONFIG_HASH_ANNOTATION = `${ANNOTATION_PREFIX}/config-hash`;
export const COMMIT_ANNOTATION = `${ANNOTATION_PREFIX}/commit`;
export const MODEL_ANNOTATION = `${ANNOTATION_PREFIX}/model-sha256`;
export const OWNER_ANNOTATION = `${ANNOTATION_PREFIX}/owner`;
export const ENVIRONMENT_ANNOTATION = `${ANNOTATION_PREFIX}/environment`;

/** What selects a service's pods. A Deployment's selector can never change, so this holds names alone. */
export function selectorLabels(spec: ServiceSpec): Record<string, string> {
  return { [LABEL_INSTANCE]: spec.names.label, [LABEL_NAME]: spec.names.label };
}

/** The labels of every object and pod of a service. */
export function standardLabels(spec: ServiceSpec): Record<string, string> {
  return { ...selectorLabels(spec), [LABEL_MANAGED_BY]: FIELD_MANAGER, [LABEL_PART_OF]: 'model-services' };
}

/** The label selector, as the API server reads it, of all that we manage for one service. */
export function ownedSelector(label: string): string {
  return `${LABEL_INSTANCE}=${label},${LABEL_MANAGED_BY}=${FIELD_MANAGER}`;
}

/** The metadata of a service's object; all of a service's objects bear its name. */
export function metadataOf(spec: ServiceSpec, request: RenderRequest): ObjectMeta {
  return {
    name: spec.names.label,
    namespace: request.namespace,
    labels: standardLabels(spec),
    annotations: { [ENVIRONMENT_ANNOTATION]: request.environment, [OWNER_ANNOTATION]: spec.owner },
  };
}

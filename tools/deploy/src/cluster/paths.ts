import { type ObjectRef, type Resource, resourceOf } from '../kube/index.ts';
import type { PodRef } from './types.ts';

/** The path of a collection; names keep their case. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = resource.apiVersion.includes('/') ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`;
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${resource.plural}`;
}

/** The path of one object. */
export function objectPath(ref: ObjectRef): string {
  return `${collectionPath(resourceOf(ref), ref.namespace)}/${encodeURIComponent(ref.name)}`;
}

/** The path of a pod's subresource: its log, or the proxy to one of its ports. */
export function podPath(pod: PodRef, subresource: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}${subresource}`;
}

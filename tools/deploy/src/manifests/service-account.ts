import type { ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** The identity of the service's pods; it has no rights, and pods get no token. */
export function renderServiceAccount(spec: ServiceSpec, request: RenderRequest): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadataOf(spec, request), automountServiceAccountToken: false };
}

import type { ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { renderConfigMap } from './config-map.ts';
import { renderDeployment } from './deployment.ts';
import type { RenderRequest } from './request.ts';
import { renderService } from './service.ts';
import { renderServiceAccount } from './service-account.ts';

export { configHash } from './config-map.ts';
export * from './labels.ts';
export { renderNamespace } from './namespace.ts';
export { CONTAINER_NAME } from './pod.ts';
export { probesFor, progressDeadlineFor } from './probes.ts';
export type { RenderRequest } from './request.ts';

/** Every object of a service, in the order in which they are applied: what pods need comes before the pods. */
export function renderManifests(spec: ServiceSpec, request: RenderRequest): KubeObject[] {
  return [
    renderServiceAccount(spec, request),
    renderConfigMap(spec, request),
    renderService(spec, request),
    renderDeployment(spec, request),
  ];
}

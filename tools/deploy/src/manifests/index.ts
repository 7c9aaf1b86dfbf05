import type { ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { renderAutoscaler } from './autoscaler.ts';
import { renderConfigMap } from './config-map.ts';
import { renderDeployment } from './deployment.ts';
import { renderDisruptionBudget } from './disruption-budget.ts';
import { renderClaimTemplate } from './gpu.ts';
import { renderHttpRoute } from './http-route.ts';
import { renderIngress } from './ingress.ts';
import { renderNetworkPolicy } from './network-policy.ts';
import type { RenderRequest } from './request.ts';
import { renderService } from './service.ts';
import { renderServiceAccount } from './service-account.ts';
import { renderServiceMonitor } from './service-monitor.ts';

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
    ...renderNetworkPolicy(spec, request),
    ...renderClaimTemplate(spec, request),
    renderDeployment(spec, request),
    ...renderAutoscaler(spec, request),
    ...renderDisruptionBudget(spec, request),
    ...renderHttpRoute(spec, request),
    ...renderIngress(spec, request),
    ...renderServiceMonitor(spec, request),
  ];
}

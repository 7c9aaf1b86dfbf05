import { METRICS_PATH, PORT_NAME, type ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf, selectorLabels } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** The ServiceMonitor by which the Prometheus operator reads /metrics; none unless it is asked for. */
export function renderServiceMonitor(spec: ServiceSpec, request: RenderRequest): KubeObject[] {
  const { monitoring } = spec.deploy;
  if (!monitoring) return [];
  const metadata = metadataOf(spec, request);
  return [
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { ...metadata, labels: { ...monitoring.labels, ...metadata.labels } },
      spec: {
        selector: { matchLabels: selectorLabels(spec) },
        endpoints: [{ port: PORT_NAME, path: METRICS_PATH, interval: `${monitoring.intervalSeconds}s` }],
      },
    },
  ];
}

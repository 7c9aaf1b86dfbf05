import { PORT_NAME, SERVICE_PORT, type ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf, selectorLabels } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** The stable address of the service inside the cluster. */
export function renderService(spec: ServiceSpec, request: RenderRequest): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(spec, request),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(spec),
      ports: [{ name: PORT_NAME, port: SERVICE_PORT, protocol: 'TCP', targetPort: PORT_NAME }],
    },
  };
}

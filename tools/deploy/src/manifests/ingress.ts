import { PORT_NAME, type ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** The Ingress to the service; none unless it is asked for. */
export function renderIngress(spec: ServiceSpec, request: RenderRequest): KubeObject[] {
  const { ingress } = spec.deploy;
  if (!ingress) return [];
  const { host, path, className, tlsSecret, annotations } = ingress;
  const metadata = metadataOf(spec, request);
  const backend = { service: { name: spec.names.label, port: { name: PORT_NAME } } };
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations: { ...annotations, ...metadata.annotations } },
      spec: {
        ...(className ? { ingressClassName: className } : {}),
        rules: [{ host, http: { paths: [{ path, pathType: 'Prefix', backend }] } }],
        ...(tlsSecret ? { tls: [{ hosts: [host], secretName: tlsSecret }] } : {}),
      },
    },
  ];
}

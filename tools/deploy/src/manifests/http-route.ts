import { SERVICE_PORT, type ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** The HTTPRoute from a Gateway to the service; none unless it is asked for. */
export function renderHttpRoute(spec: ServiceSpec, request: RenderRequest): KubeObject[] {
  const { route } = spec.deploy;
  if (!route) return [];
  const { gateway, gatewayNamespace, listener, host, path } = route;
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: metadataOf(spec, request),
      spec: {
        parentRefs: [
          {
            name: gateway,
            ...(gatewayNamespace ? { namespace: gatewayNamespace } : {}),
            ...(listener ? { sectionName: listener } : {}),
          },
        ],
        ...(host ? { hostnames: [host] } : {}),
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: path } }],
            ...(path === '/' ? {} : { filters: [TAKE_PREFIX_OFF] }),
            backendRefs: [{ name: spec.names.label, port: SERVICE_PORT }],
          },
        ],
      },
    },
  ];
}

/** The service knows its own paths and no prefix before them. */
const TAKE_PREFIX_OFF = { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } };

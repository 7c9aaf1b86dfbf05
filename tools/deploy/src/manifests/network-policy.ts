import type { NetworkPeer, ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf, selectorLabels } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** Label that every namespace bears: its name. */
const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/** The NetworkPolicy: the port of the service alone, for those who may call it. What the pods call is left open. */
export function renderNetworkPolicy(spec: ServiceSpec, request: RenderRequest): KubeObject[] {
  const { network } = spec.deploy;
  if (!network) return [];
  const from = network.from.map(peerOf);
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadataOf(spec, request),
      spec: {
        podSelector: { matchLabels: selectorLabels(spec) },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: spec.serve.port, protocol: 'TCP' }], ...(from.length > 0 ? { from } : {}) }],
      },
    },
  ];
}

function peerOf({ cidr, namespace, namespaceLabels, podLabels }: NetworkPeer): object {
  if (cidr !== undefined) return { ipBlock: { cidr } };
  const ofNamespace = { ...namespaceLabels, ...(namespace === undefined ? {} : { [NAMESPACE_NAME_LABEL]: namespace }) };
  const isNamed = namespace !== undefined || namespaceLabels !== undefined;
  return {
    ...(isNamed ? { namespaceSelector: { matchLabels: ofNamespace } } : {}),
    ...(podLabels ? { podSelector: { matchLabels: podLabels } } : {}),
  };
}

import type { ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf, selectorLabels } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** The PodDisruptionBudget; none where one pod alone is sure, for it could only be taken away or hold its node for ever. */
export function renderDisruptionBudget(spec: ServiceSpec, request: RenderRequest): KubeObject[] {
  const { disruption, replicas } = spec.deploy;
  if (!disruption.enabled || replicas < 2) return [];
  const { enabled: _on, ...limit } = disruption;
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadataOf(spec, request),
      spec: {
        ...limit,
        selector: { matchLabels: selectorLabels(spec) },
        // Pods that are not ready serve nobody: they never hold a node.
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    },
  ];
}

import type { AutoscalingSpec, ScalingMetric, ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { metadataOf } from './labels.ts';
import type { RenderRequest } from './request.ts';

/** The HorizontalPodAutoscaler; none when nothing scales the service, or something that is not ours does. */
export function renderAutoscaler(spec: ServiceSpec, request: RenderRequest): KubeObject[] {
  const { autoscaling } = spec.deploy;
  if (autoscaling?.managedBy !== 'hpa') return [];
  const { minReplicas, maxReplicas, scaleDownStabilizationSeconds } = autoscaling;
  return [
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadataOf(spec, request),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: spec.names.label },
        minReplicas,
        maxReplicas,
        metrics: metricsOf(autoscaling),
        behavior: { scaleDown: { stabilizationWindowSeconds: scaleDownStabilizationSeconds } },
      },
    },
  ];
}

function metricsOf({ cpuPercent, memoryPercent, metrics }: AutoscalingSpec): object[] {
  return [
    ...(cpuPercent === undefined ? [] : [utilization('cpu', cpuPercent)]),
    ...(memoryPercent === undefined ? [] : [utilization('memory', memoryPercent)]),
    ...metrics.map(averageOf),
  ];
}

function utilization(name: string, averageUtilization: number): object {
  return { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } };
}

function averageOf({ type, name, averageValue, labels }: ScalingMetric): object {
  const metric = { name, ...(labels ? { selector: { matchLabels: labels } } : {}) };
  const source = { metric, target: { type: 'AverageValue', averageValue } };
  return type === 'pods' ? { type: 'Pods', pods: source } : { type: 'External', external: source };
}

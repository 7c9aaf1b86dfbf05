import { Type } from 'typebox';
import { CountOrPercent, closed, Enabled, LARGEST, LabelMap, Quantity } from './schema-parts.ts';

const Metric = Type.Object(
  {
    type: Type.Enum(['pods', 'external'], { description: 'a metric of the pods themselves, or one from outside the cluster' }),
    name: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.:|-]*$', description: 'name of the metric in the metrics API' }),
    averageValue: Quantity('value for each pod at which another pod is added, for example "100" or "500m"'),
    labels: Type.Optional(LabelMap('labels that select the series')),
  },
  { ...closed, description: 'a metric of the custom or external metrics API' },
);

/** How many pods there are while load changes. */
export const Autoscaling = Type.Object(
  {
    enabled: Enabled(),
    managedBy: Type.Optional(
      Type.Enum(['hpa', 'external'], {
        description:
          '"hpa": a HorizontalPodAutoscaler is rendered (the default). "external": KEDA, Argo Rollouts or another one sets the replicas',
      }),
    ),
    minReplicas: Type.Optional(Type.Integer({ minimum: 1, maximum: LARGEST, description: 'fewest pods (1)' })),
    maxReplicas: Type.Optional(Type.Integer({ minimum: 1, maximum: LARGEST, description: 'most pods; needed' })),
    cpuPercent: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: 'CPU use, in percent of the request, to aim at (80 when no other metric is named)',
      }),
    ),
    memoryPercent: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'memory use, in percent of the request, to aim at' }),
    ),
    metrics: Type.Optional(Type.Array(Metric, { minItems: 1, description: 'more metrics; the one that asks for most pods wins' })),
    scaleDownStabilizationSeconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3600, description: 'how long load must be lower before pods are taken away (300)' }),
    ),
  },
  { ...closed, description: 'number of pods by load, in place of replicas' },
);

/** What a drained node may take away at once. */
export const Disruption = Type.Object(
  {
    enabled: Enabled(),
    maxUnavailable: Type.Optional(CountOrPercent('most pods that a drain may take at once, a number or "25%" (1)', 1)),
    minAvailable: Type.Optional(
      Type.Integer({ minimum: 1, maximum: LARGEST, description: 'fewest pods that stay; less than there are for sure' }),
    ),
  },
  { ...closed, description: 'PodDisruptionBudget; there is one as soon as more than one pod is sure' },
);

const CanaryStep = Type.Object(
  {
    weight: Type.Integer({ minimum: 1, maximum: 100, description: 'percent of the requests that the new version gets' }),
    seconds: Type.Integer({ minimum: 0, maximum: 86_400, description: 'how long this step is watched' }),
  },
  { ...closed, description: 'one step of a canary' },
);

/** How pods are replaced by newer ones. */
export const Rollout = Type.Object(
  {
    maxSurge: Type.Optional(CountOrPercent('pods beyond the wanted number, a number or "25%" (1; 0 with GPUs)')),
    maxUnavailable: Type.Optional(CountOrPercent('pods that may be missing, a number or "25%" (0; 1 with GPUs)')),
    canary: Type.Optional(
      Type.Object(
        {
          enabled: Enabled(),
          steps: Type.Optional(
            Type.Array(CanaryStep, { minItems: 1, description: 'rising weights; after the last step all requests go to the new version' }),
          ),
          maxErrorRate: Type.Optional(
            Type.Number({ minimum: 0, maximum: 1, description: 'share of failed requests above which the new version goes back (0.01)' }),
          ),
        },
        { ...closed, description: 'the new version beside the old one, with a rising share of the requests' },
      ),
    ),
  },
  { ...closed, description: 'how pods are replaced' },
);

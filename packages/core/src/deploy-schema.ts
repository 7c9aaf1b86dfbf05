import { type Static, Type } from 'typebox';
import { Ingress, Monitoring, Network, Route } from './network-schema.ts';
import { Gpu, ModelSource, Passthrough, Tolerations } from './placement-schema.ts';
import { Autoscaling, Disruption, Rollout } from './scaling-schema.ts';
import { closed, EnvMap, EnvName, LARGEST, LabelMap, ObjectName, Quantity } from './schema-parts.ts';

const Resources = Type.Object(
  {
    cpu: Type.Optional(Quantity('CPU request of a pod, for example "250m"')),
    memory: Type.Optional(Quantity('memory request and limit of a pod, for example "512Mi"')),
    cpuLimit: Type.Optional(Quantity('CPU limit of a pod; left out, the pod may use idle cores')),
    ephemeralStorage: Type.Optional(Quantity('scratch space request and limit of a pod, for example "256Mi"')),
  },
  { ...closed, description: 'CPU, memory and scratch space of a pod' },
);

const SecretReference = Type.Object(
  {
    env: EnvName('name of the environment variable'),
    secret: ObjectName('name of an existing Secret in the namespace'),
    key: Type.String({ pattern: '^[-._a-zA-Z0-9]+$', maxLength: 253, description: 'key inside that Secret' }),
  },
  { ...closed, description: 'one environment variable, taken from an existing Secret' },
);

const keys = {
  replicas: Type.Optional(Type.Integer({ minimum: 0, maximum: LARGEST, description: 'number of pods (1)' })),
  autoscaling: Type.Optional(Autoscaling),
  disruption: Type.Optional(Disruption),
  rollout: Type.Optional(Rollout),
  resources: Type.Optional(Resources),
  gpus: Type.Optional(Type.Integer({ minimum: 0, maximum: 16, description: 'GPUs for each pod (0)' })),
  gpu: Type.Optional(Gpu),
  env: Type.Optional(EnvMap('plain environment variables; secrets go into deploy.secrets')),
  secrets: Type.Optional(Type.Array(SecretReference, { description: 'environment variables taken from existing Secrets' })),
  network: Type.Optional(Network),
  route: Type.Optional(Route),
  ingress: Type.Optional(Ingress),
  monitoring: Type.Optional(Monitoring),
  nodeSelector: Type.Optional(LabelMap('labels of the nodes on which the pods may run')),
  tolerations: Type.Optional(Tolerations),
  priorityClass: Type.Optional(ObjectName('PriorityClass of the pods')),
  pod: Type.Optional(Passthrough('labels and annotations of the pods, handed through')),
  workload: Type.Optional(Passthrough('labels and annotations of the Deployment, handed through')),
};

/** `deploy` of a model-service.yaml. */
export const Deploy = Type.Object(keys, { ...closed, description: 'how the service runs on Kubernetes' });

/** What an environment says differently. */
export const Environment = Type.Object(
  {
    ...keys,
    model: Type.Optional(
      Type.Object({ source: Type.Optional(ModelSource) }, { ...closed, description: 'where the model comes from in this environment' }),
    ),
  },
  { ...closed, description: 'what differs in this environment' },
);

/** `deploy` as written. */
export type DeploySource = Static<typeof Deploy>;
/** An environment's differences as written. */
export type EnvironmentSource = Static<typeof Environment>;
export type ModelSourceSpec = Static<typeof ModelSource>;

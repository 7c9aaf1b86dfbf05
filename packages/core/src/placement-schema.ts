import { Type } from 'typebox';
import { AnnotationMap, closed, LARGEST, LabelMap, LabelValue, MetaKey, ObjectName } from './schema-parts.ts';

/** Which GPUs. */
export const Gpu = Type.Object(
  {
    resource: Type.Optional(
      Type.String({
        pattern: '^nvidia\\.com/(gpu|mig-[1-9]g\\.[1-9][0-9]*gb(\\.[a-z]+)*)(\\.shared)?$',
        description:
          'what one GPU is called: "nvidia.com/gpu" (the default), "nvidia.com/mig-1g.5gb" (a MIG profile), or either with ".shared" (time slices)',
      }),
    ),
    memoryMiB: Type.Optional(Type.Integer({ minimum: 1, maximum: LARGEST, description: 'least memory of one GPU, in MiB' })),
    products: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$' }), {
        minItems: 1,
        description: 'names of allowed GPUs as in the label nvidia.com/gpu.product, for example "NVIDIA-A100-SXM4-40GB"',
      }),
    ),
    claim: Type.Optional(
      Type.Enum(['device-plugin', 'dra'], {
        description:
          'how they are asked for: as an extended resource (the default), or by a ResourceClaimTemplate (Dynamic Resource Allocation)',
      }),
    ),
    deviceClass: Type.Optional(ObjectName('DeviceClass, with claim "dra" ("gpu.nvidia.com"; "mig.nvidia.com" for a MIG profile)')),
    runtimeClass: Type.Optional(ObjectName('RuntimeClass of the pods, for example "nvidia"')),
  },
  { ...closed, description: 'which GPUs the pods get; how many is deploy.gpus' },
);

const Toleration = Type.Object(
  {
    key: Type.Optional(MetaKey('key of the taint; left out, with operator "Exists", every taint')),
    operator: Type.Optional(Type.Enum(['Equal', 'Exists'], { description: '"Equal" is the default' })),
    value: Type.Optional(LabelValue('value of the taint')),
    effect: Type.Optional(Type.Enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'], { description: 'effect; left out, every one' })),
    tolerationSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: LARGEST, description: 'how long, with effect "NoExecute"' })),
  },
  { ...closed, description: 'a taint that the pods bear with' },
);

/** Taints that the pods bear with. */
export const Tolerations = Type.Array(Toleration, { description: 'taints that the pods bear with, beside that of GPU nodes' });

/** Labels and annotations that Modelyard hands through. */
export const Passthrough = (description: string) =>
  Type.Object(
    {
      labels: Type.Optional(LabelMap('labels, for example kueue.x-k8s.io/queue-name')),
      annotations: Type.Optional(AnnotationMap('annotations')),
    },
    { ...closed, description },
  );

/** Where the model comes from, when it is not in the image. */
export const ModelSource = Type.Object(
  {
    pvc: Type.Optional(
      Type.Object(
        {
          claim: ObjectName('name of an existing PersistentVolumeClaim in the namespace'),
          subPath: Type.Optional(SubPath('folder in the volume that holds the model and its model.lock.json; left out, the root')),
        },
        { ...closed, description: 'a volume' },
      ),
    ),
    image: Type.Optional(
      Type.Object(
        {
          reference: Type.String({
            pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$',
            description: 'OCI image or artefact with its digest: registry/name@sha256:…',
          }),
          subPath: Type.Optional(SubPath('folder in the image that holds the model and its model.lock.json; left out, the root')),
        },
        { ...closed, description: 'an image volume' },
      ),
    ),
  },
  { ...closed, description: 'where the model comes from, when it is not in the image of the service: one of pvc, image' },
);

function SubPath(description: string) {
  return Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$', description });
}

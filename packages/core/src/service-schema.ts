import { type Static, Type } from 'typebox';
import { DEFAULT_PORT, PYTHON_VERSIONS } from './contract.ts';
import { Deploy, Environment } from './deploy-schema.ts';
import { FRAMEWORKS } from './frameworks.ts';
import { ModelSource } from './placement-schema.ts';
import { closed } from './schema-parts.ts';

const CUDA_VERSION = '^[0-9]+\\.[0-9]+$';
const DRIVER_VERSION = '^[0-9]+(\\.[0-9]+){1,2}$';
const CAPABILITY = '^[0-9]+\\.[0-9]$';

const Cuda = Type.Object(
  {
    version: Type.String({ pattern: CUDA_VERSION, description: 'CUDA that the framework is built with, in quotes, for example "12.6"' }),
    cudnn: Type.Optional(Type.String({ minLength: 1, description: 'cuDNN that comes with it, in quotes' })),
    minDriver: Type.String({ pattern: DRIVER_VERSION, description: 'oldest NVIDIA driver of a node, in quotes, for example "525.60.13"' }),
    computeCapability: Type.Optional(
      Type.Object(
        {
          min: Type.String({ pattern: CAPABILITY, description: 'oldest GPU that it has code for, in quotes, for example "7.5"' }),
          max: Type.Optional(
            Type.String({ pattern: CAPABILITY, description: 'newest GPU that it has code for; left out, newer ones run it too' }),
          ),
          exceptMajors: Type.Optional(
            Type.Array(Type.Integer({ minimum: 1 }), {
              description: 'major versions in between that it has no code for, for example [10, 11]',
            }),
          ),
        },
        { ...closed, description: 'compute capabilities of the GPUs that it runs on; left out, unknown' },
      ),
    ),
  },
  { ...closed, description: 'what a GPU node must offer for this image' },
);

const Evaluate = Type.Object(
  {
    metric: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9_]*$',
      description: 'a metric that training measures: accuracy, roc_auc, f1_macro, r2, mae',
    }),
    threshold: Type.Number({ description: 'the least it must reach on rows that training has not seen; the most, where lower is better' }),
    margin: Type.Optional(Type.Number({ minimum: 0, description: 'how much worse than the committed model it may be (0.02)' })),
    lowerIsBetter: Type.Optional(Type.Boolean({ description: 'true for an error (mae); say it for a metric of your own' })),
  },
  { ...closed, description: 'the quality gate of the evaluate target' },
);

/** The JSON Schema of model-service.yaml, and the source of its types. */
export const ServiceSchema = Type.Object(
  {
    name: Type.String({ description: 'name of the service: lower-case letters, digits and "-"' }),
    owner: Type.Optional(Type.String({ minLength: 1, description: 'team that answers for the service' })),
    python: Type.Enum([...PYTHON_VERSIONS], { description: 'Python of training and serving, in quotes' }),
    framework: Type.Enum([...FRAMEWORKS], { description: 'library that trains and scores the model' }),
    accelerator: Type.Optional(Type.Enum(['cpu', 'cuda'], { description: 'what the image is built for' })),
    cuda: Type.Optional(Cuda),
    model: Type.Object(
      {
        path: Type.String({ pattern: '^models/[^/]+$', description: 'file that training writes, below models/' }),
        loadBudgetSeconds: Type.Optional(
          Type.Integer({
            minimum: 5,
            maximum: 7200,
            description: 'longest time from start to ready; probes and deadlines follow from it',
          }),
        ),
        source: Type.Optional(ModelSource),
      },
      { ...closed, description: 'the model artefact' },
    ),
    evaluate: Type.Optional(Evaluate),
    serve: Type.Optional(
      Type.Object(
        {
          port: Type.Optional(Type.Integer({ minimum: 1024, maximum: 65535, description: `port of the container (${DEFAULT_PORT})` })),
          workers: Type.Optional(Type.Integer({ minimum: 1, maximum: 64, description: 'processes in one container' })),
        },
        { ...closed, description: 'how the container serves' },
      ),
    ),
    deploy: Type.Optional(Deploy),
    environments: Type.Optional(
      Type.Record(Type.String(), Environment, { description: 'per environment of modelyard.yaml: what differs from deploy' }),
    ),
  },
  { ...closed, $id: 'https://modelyard.dev/schema/model-service.schema.json', title: 'model-service.yaml', description: 'a model service' },
);

/** model-service.yaml as written. */
export type ServiceSource = Static<typeof ServiceSchema>;
/** What the image was built for; only with accelerator "cuda". */
export type CudaSpec = Static<typeof Cuda>;
export type EvaluateSource = Static<typeof Evaluate>;

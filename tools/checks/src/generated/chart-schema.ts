import { ServiceSchema } from '@modelyard/core';

const PATH = 'charts/model-service/values.schema.json';

const text = (description: string) => ({ type: 'string', description });

/** What the chart takes beside a model-service.yaml. */
const BESIDE = {
  environment: text('environment by name: its differences in "environments" are laid over "deploy"'),
  image: {
    type: 'object',
    description: 'the image of the service',
    additionalProperties: false,
    properties: {
      ref: text('reference as the cluster pulls it; needed'),
      id: text("sha256 of the image's configuration; a rebuilt image of the same name rolls the pods"),
      commit: text('git commit that the image was built from'),
    },
  },
  modelSha256: text('sha256 of the model file, from model.lock.json'),
  // Helm hands this to every chart that another one depends on.
  global: { type: 'object', description: 'values of a parent chart; not read' },
};

/**
 * The schema of the chart's values: that of model-service.yaml, and what the chart takes beside it. Missing keys are left to the
 * templates, for "helm lint" reads the chart without a service.
 */
export function chartSchema(): Map<string, string> {
  const { $id: _id, required: _required, properties, ...rest } = JSON.parse(JSON.stringify(ServiceSchema));
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...rest,
    title: 'values of the chart model-service',
    description: 'a model-service.yaml and its image',
    properties: { ...properties, ...BESIDE },
  };
  return new Map([[PATH, `${JSON.stringify(schema, null, 2)}\n`]]);
}

import { expect, test } from 'vitest';
import { FRAMEWORKS } from './frameworks.ts';
import { formatProblems, type Result } from './problem.ts';
import { parseServiceSpec, specIn } from './service-spec.ts';

const FILE = 'services/churn/model-service.yaml';
const MINIMAL = `name: churn
python: "3.11"
framework: sklearn
model:
  path: models/churn_model.pkl
`;

const messageOf = (result: Result<unknown>): string => (result.ok ? 'no problem' : formatProblems(result.problems));

test('a minimal spec gets every default', () => {
  const spec = parseServiceSpec(MINIMAL, FILE);
  expect(spec.ok && spec.value).toEqual({
    names: { label: 'churn', module: 'churn', title: 'Churn' },
    owner: 'unowned',
    python: '3.11',
    framework: 'sklearn',
    accelerator: 'cpu',
    model: { path: 'models/churn_model.pkl', loadBudgetSeconds: 60 },
    serve: { port: 8000, workers: 1 },
    deploy: {
      replicas: 1,
      disruption: { enabled: true, maxUnavailable: 1 },
      rollout: {},
      resources: { cpu: '250m', memory: '512Mi', ephemeralStorage: '256Mi' },
      gpus: 0,
      gpu: { resource: 'nvidia.com/gpu', claim: 'device-plugin', products: [], deviceClass: 'gpu.nvidia.com' },
      env: {},
      secrets: [],
      network: { from: [] },
      nodeSelector: {},
      tolerations: [],
      pod: { labels: {}, annotations: {} },
      workload: { labels: {}, annotations: {} },
    },
    environments: {},
  });
});

test('an unknown key is refused with the nearest known one and its place', () => {
  expect(messageOf(parseServiceSpec(`${MINIMAL}deploy:\n  replica: 3\n`, FILE))).toBe(
    `unknown-key  ${FILE}:7:12: "deploy.replica" is not a known key
          did you mean "replicas"? known here: replicas, autoscaling, disruption, rollout, resources, gpus, gpu, env, secrets, network, route, ingress, monitoring, nodeSelector, tolerations, priorityClass, pod, workload`,
  );
});

test('broken YAML is refused with line and column', () => {
  expect(messageOf(parseServiceSpec('name: churn\nmodel: {path: "models/x.pkl"\n', FILE))).toBe(
    `broken-yaml  ${FILE}:3:1: Flow map in block collection must be sufficiently indented and end with a }
          mend the YAML at this place`,
  );
});

test('all problems of a file come together', () => {
  const text = `name: Churn!
python: 3.11
framework: sklaern
model:
  path: elsewhere/model.pkl
`;
  expect(messageOf(parseServiceSpec(text, FILE))).toBe(
    `bad-value  ${FILE}:2:9: "python" is 3.11, which must be equal to one of the allowed values
          expected: Python of training and serving, in quotes (one of "3.11", "3.12", "3.13", "3.14")

bad-value  ${FILE}:3:12: "framework" is "sklaern", which must be equal to one of the allowed values
          expected: library that trains and scores the model (one of ${FRAMEWORKS.map((name) => `"${name}"`).join(', ')})

bad-value  ${FILE}:5:9: "model.path" is "elsewhere/model.pkl", which must match pattern "^models/[^/]+$"
          expected: file that training writes, below models/

bad-name  ${FILE}:1:7: name "Churn!" cannot become a DNS label
          use lower-case letters, digits and "-", starting with a letter, at most 46, for example "churn"`,
  );
});

test('a missing key is named', () => {
  expect(messageOf(parseServiceSpec('name: churn\npython: "3.11"\nframework: sklearn\n', FILE))).toBe(
    `missing-key  ${FILE}:1:1: "model" is missing
          expected: the model artefact`,
  );
});

test('an empty file and a file that is no map are problems, not crashes', () => {
  expect(parseServiceSpec('', FILE).ok).toBe(false);
  expect(parseServiceSpec('- 1\n- 2\n', FILE).ok).toBe(false);
});

test('an environment lays its differences over deploy and keeps the rest', () => {
  const text = `${MINIMAL}deploy:
  replicas: 2
  env: {A: "1", B: "2"}
environments:
  production:
    replicas: 5
    resources: {memory: 2Gi}
    env: {B: "3"}
`;
  const spec = parseServiceSpec(text, FILE);
  expect(spec.ok && specIn(spec.value, 'production').deploy).toMatchObject({
    replicas: 5,
    resources: { cpu: '250m', memory: '2Gi', ephemeralStorage: '256Mi' },
    env: { A: '1', B: '3' },
  });
  expect(spec.ok && specIn(spec.value, 'staging').deploy.replicas).toBe(2);
});

test('what a GPU node must offer is kept as it is written, and a number without quotes is refused', () => {
  const cuda = 'accelerator: cuda\ncuda:\n  version: "12.6"\n  minDriver: "525.60.13"\n  computeCapability: { min: "5.0", max: "9.0" }\n';
  const spec = parseServiceSpec(`${MINIMAL}${cuda}`, FILE);
  expect(spec.ok && spec.value.cuda).toEqual({ version: '12.6', minDriver: '525.60.13', computeCapability: { min: '5.0', max: '9.0' } });
  expect(messageOf(parseServiceSpec(`${MINIMAL}${cuda.replace('"12.6"', '12.6')}`, FILE))).toBe(
    `bad-value  ${FILE}:8:12: "cuda.version" is 12.6, which must be string
          expected: CUDA that the framework is built with, in quotes, for example "12.6"`,
  );
});

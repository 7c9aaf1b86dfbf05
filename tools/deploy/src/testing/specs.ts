import { type DeploySource, ProblemError, parseServiceSpec, type Result, type ServiceSource, type ServiceSpec } from '@modelyard/core';
import * as fc from 'fast-check';
import { stringify } from 'yaml';

/** What a spec of a test says beside its required keys. */
export type SpecSource = Partial<ServiceSource>;

const CHURN: ServiceSource = { name: 'churn', python: '3.11', framework: 'sklearn', model: { path: 'models/churn_model.pkl' } };

/** The text of a model-service.yaml: the churn service, with the given keys over it. */
export const specText = (source: SpecSource = {}): string => stringify({ ...CHURN, ...source }, { compat: 'yaml-1.1' });

/** The churn service's spec, with the given keys over it. */
export const specOf = (source: SpecSource = {}): ServiceSpec => expectValue(parseServiceSpec(specText(source), 'model-service.yaml'));

/** The value of a result that a test counts on. */
export function expectValue<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ProblemError(result.problems);
}

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
const envName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/);
const cpu = fc.oneof(
  fc.integer({ min: 1, max: 64_000 }).map((milli) => `${milli}m`),
  fc.integer({ min: 1, max: 64 }).map(String),
  fc.constantFrom('0.5', '1.5', '2.25'),
);
const bytes = fc.tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('Mi', 'Gi', 'M', 'G')).map(([n, unit]) => `${n}${unit}`);
const maybe = { requiredKeys: [] };

const anyDeploy: fc.Arbitrary<DeploySource> = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 9 }),
    gpus: fc.integer({ min: 0, max: 16 }),
    resources: fc.record({ cpu, memory: bytes, cpuLimit: cpu, ephemeralStorage: bytes }, maybe),
    env: fc.dictionary(envName, fc.string({ unit: 'grapheme', maxLength: 20 }), { maxKeys: 4 }),
    secrets: fc.uniqueArray(fc.record({ env: envName, secret: name, key: name }), { maxLength: 3, selector: (one) => one.env }),
  },
  maybe,
);

/** Any valid model-service.yaml, as data. */
export const anySpecSource: fc.Arbitrary<SpecSource> = fc.record(
  {
    name,
    owner: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    model: fc.record({ path: fc.constant('models/model.pkl'), loadBudgetSeconds: fc.integer({ min: 5, max: 7200 }) }),
    serve: fc.record({ port: fc.integer({ min: 1024, max: 65535 }), workers: fc.integer({ min: 1, max: 64 }) }, maybe),
    deploy: anyDeploy,
    environments: fc.record({ staging: anyDeploy }, maybe),
  },
  { requiredKeys: ['name', 'model'] },
) as fc.Arbitrary<SpecSource>;

/** Any valid spec. */
export const anySpec: fc.Arbitrary<ServiceSpec> = anySpecSource.map(specOf);

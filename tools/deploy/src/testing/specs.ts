import {
  type DeploySource,
  ProblemError,
  parseServiceSpec,
  type Result,
  type ServiceSource,
  type ServiceSpec,
  specIn,
} from '@modelyard/core';
import * as fc from 'fast-check';
import { stringify } from 'yaml';

/** What a spec of a test says beside its required keys. */
export type SpecSource = Partial<ServiceSource>;

const CHURN: ServiceSource = { name: 'churn', python: '3.11', framework: 'sklearn', model: { path: 'models/churn_model.pkl' } };

/** Helm reads YAML 1.1, and numbers with underscores: no string is left bare. */
export const QUOTED = { defaultStringType: 'QUOTE_DOUBLE' } as const;

/** The text of a model-service.yaml: the churn service, with the given keys over it. */
export const specText = (source: SpecSource = {}): string => stringify({ ...CHURN, ...source }, QUOTED);

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
  fc.integer({ min: 1, max: 8_000 }).map((milli) => `${milli}m`),
  fc.integer({ min: 1, max: 8 }).map(String),
  fc.constantFrom('0.5', '1.5', '2.25'),
);
/** Never below a request. */
const cpuLimit = fc.oneof(
  fc.integer({ min: 8_000, max: 64_000 }).map((milli) => `${milli}m`),
  fc.integer({ min: 8, max: 64 }).map(String),
);
const bytes = fc.tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('Mi', 'Gi', 'M', 'G')).map(([n, unit]) => `${n}${unit}`);
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const share = fc.oneof(
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 100 }).map((percent) => `${percent}%`),
);
const labelKey = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,10}[a-zA-Z0-9])?$/),
  fc.tuple(fc.constantFrom('kueue.x-k8s.io', 'acme.example', 'sidecar.istio.io'), name).map((parts) => parts.join('/')),
);
const labelValue = fc.oneof(
  fc.constantFrom('', 'true', '1', 'null', '1.5', '0x1f', '1e3', 'on'),
  fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,10}[A-Za-z0-9])?$/),
);
const labels = fc.dictionary(labelKey, labelValue, { maxKeys: 3 });
const annotations = fc.dictionary(labelKey, text, { maxKeys: 3 });
const host = fc.tuple(fc.constantFrom('', '*.'), name, fc.constantFrom('.example', '.models.acme.example')).map((parts) => parts.join(''));
const path = fc.constantFrom('/', '/churn', '/models/churn-v1', '/a_b/c~d.e');
const enabled = fc.boolean();
const maybe = { requiredKeys: [] };
const with_ = <K extends string>(...requiredKeys: K[]) => ({ requiredKeys });

const metric = fc.record(
  {
    type: fc.constantFrom('pods', 'external'),
    name: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.:|-]{0,20}$/),
    averageValue: fc.constantFrom('1', '100', '500m', '2.5', '3k', '10Gi'),
    labels,
  },
  with_('type', 'name', 'averageValue'),
);
const aims = fc.record(
  {
    cpuPercent: fc.integer({ min: 1, max: 1000 }),
    memoryPercent: fc.integer({ min: 1, max: 1000 }),
    metrics: fc.array(metric, { minLength: 1, maxLength: 3 }),
    scaleDownStabilizationSeconds: fc.integer({ min: 0, max: 3600 }),
    managedBy: fc.constant('hpa'),
    enabled,
  },
  maybe,
);
const bounds = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 20 }))
  .map(([minReplicas, more]) => ({ minReplicas, maxReplicas: minReplicas + more }));
const autoscaling = fc.oneof(
  fc.tuple(aims, bounds).map(([aim, bound]) => ({ ...aim, ...bound })),
  bounds.map((bound) => ({ ...bound, managedBy: 'external' })),
  fc.integer({ min: 1, max: 9 }).map((maxReplicas) => ({ maxReplicas })),
);
const scale = fc.oneof(fc.constant({}), fc.record({ replicas: fc.integer({ min: 0, max: 9 }) }), fc.record({ autoscaling }));
const canary = fc.record(
  {
    enabled,
    steps: fc
      .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 })
      .map((weights) => weights.toSorted((a, b) => a - b).map((weight) => ({ weight, seconds: 30 }))),
    maxErrorRate: fc.constantFrom(0, 0.01, 0.5, 1),
  },
  maybe,
);

const resource = fc.constantFrom('nvidia.com/gpu', 'nvidia.com/mig-1g.5gb', 'nvidia.com/mig-3g.20gb', 'nvidia.com/mig-1g.10gb.me');
const gpuNeeds = {
  memoryMiB: fc.integer({ min: 1, max: 200_000 }),
  products: fc.uniqueArray(
    labelValue.filter((one) => one !== ''),
    { minLength: 1, maxLength: 3 },
  ),
  runtimeClass: name,
};
const gpus = fc.oneof(
  fc.constant({}),
  fc.record({ gpus: fc.integer({ min: 0, max: 16 }) }),
  fc.record({
    gpus: fc.integer({ min: 1, max: 16 }),
    gpu: fc.record({ ...gpuNeeds, resource, claim: fc.constant('device-plugin') }, maybe),
  }),
  fc.record({ gpus: fc.constant(1), gpu: fc.record({ ...gpuNeeds, resource: resource.map((one) => `${one}.shared`) }, with_('resource')) }),
  fc.record({
    gpus: fc.integer({ min: 1, max: 16 }),
    gpu: fc.record({ ...gpuNeeds, resource, claim: fc.constant('dra'), deviceClass: name }, with_('claim')),
  }),
);

const peer = fc.oneof(
  fc.record({ cidr: fc.constantFrom('10.0.0.0/8', '192.168.7.0/24', '0.0.0.0/0', 'fd00::/8', '2001:db8::/32') }),
  fc.record({ namespace: name, namespaceLabels: labels, podLabels: labels }, with_('namespace')),
  fc.record({ podLabels: fc.record({ app: labelValue }) }),
  fc.record({ namespaceLabels: fc.record({ team: labelValue }) }),
);
const entry = fc.oneof(
  fc.constant({}),
  fc.record({ route: fc.record({ enabled, gateway: name, gatewayNamespace: name, listener: name, host, path }, with_('gateway')) }),
  fc.record({ ingress: fc.record({ enabled, host, path, className: name, tlsSecret: name, annotations }, with_('host')) }),
);
const toleration = fc.oneof(
  fc.constant({ operator: 'Exists' }),
  fc.record(
    { key: labelKey, operator: fc.constant('Exists'), effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule') },
    with_('key', 'operator'),
  ),
  fc.record({ key: labelKey, value: labelValue, operator: fc.constant('Equal') }, with_('key')),
  fc.record(
    { key: labelKey, effect: fc.constant('NoExecute'), tolerationSeconds: fc.integer({ min: 0, max: 600 }) },
    with_('key', 'effect'),
  ),
);

const singles = fc.record(
  {
    disruption: fc.oneof(fc.record({ enabled, maxUnavailable: share }, maybe), fc.record({ minAvailable: fc.integer({ min: 1, max: 3 }) })),
    rollout: fc.record({ maxSurge: share, maxUnavailable: fc.oneof(share, fc.constantFrom(0, '0%')), canary }, maybe),
    resources: fc.record({ cpu, memory: bytes, cpuLimit, ephemeralStorage: bytes }, maybe),
    env: fc.dictionary(envName, text, { maxKeys: 4 }),
    secrets: fc.uniqueArray(fc.record({ env: envName, secret: name, key: name }), { maxLength: 3, selector: (one) => one.env }),
    network: fc.record({ enabled, from: fc.array(peer, { minLength: 1, maxLength: 3 }) }, maybe),
    monitoring: fc.record({ enabled, intervalSeconds: fc.integer({ min: 1, max: 3600 }), labels }, maybe),
    nodeSelector: labels,
    tolerations: fc.array(toleration, { maxLength: 3 }),
    priorityClass: name,
    pod: fc.record({ labels, annotations }, maybe),
    workload: fc.record({ labels, annotations }, maybe),
  },
  maybe,
);

const anyDeploy = fc.tuple(singles, scale, gpus, entry).map((parts) => Object.assign({}, ...parts) as DeploySource);

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const subPath = fc.constantFrom('churn', 'models/churn', 'v1.2');
const source = fc.oneof(
  fc.record({ pvc: fc.record({ claim: name, subPath }, with_('claim')) }),
  fc.record({
    image: fc.record({ reference: digest.map((hex) => `registry.example:5000/models/churn:1@sha256:${hex}`), subPath }, with_('reference')),
  }),
);

/** Any valid model-service.yaml, as data. Which keys contradict each other is left to the parser. */
export const anySpecSource: fc.Arbitrary<SpecSource> = (
  fc.record(
    {
      name,
      owner: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      model: fc.record(
        {
          path: fc.constantFrom('models/model.pkl', 'models/churn model.onnx'),
          loadBudgetSeconds: fc.integer({ min: 5, max: 7200 }),
          source,
        },
        with_('path', 'loadBudgetSeconds'),
      ),
      serve: fc.record({ port: fc.integer({ min: 1024, max: 65535 }), workers: fc.integer({ min: 1, max: 64 }) }, maybe),
      deploy: anyDeploy,
      environments: fc.record(
        {
          staging: fc
            .tuple(anyDeploy, fc.oneof(fc.constant({}), fc.record({ model: fc.record({ source }) })))
            .map(([a, b]) => ({ ...a, ...b })),
        },
        maybe,
      ),
    },
    { requiredKeys: ['name', 'model'] },
  ) as fc.Arbitrary<SpecSource>
).filter((spec) => parseServiceSpec(specText(spec), 'model-service.yaml').ok);

/** Any valid spec, as it holds in staging. */
export const anySpec: fc.Arbitrary<ServiceSpec> = anySpecSource.map((spec) => specIn(specOf(spec), 'staging'));

import { expect, test } from 'vitest';
import { formatProblems } from './problem.ts';
import { parseServiceSpec } from './service-spec.ts';

const HEAD = 'name: churn\npython: "3.11"\nframework: sklearn\nmodel: { path: models/churn_model.pkl }\n';

function problemsOf(rest: string): string {
  const result = parseServiceSpec(`${HEAD}${rest}\n`, 'spec.yaml');
  return result.ok ? 'none' : formatProblems(result.problems);
}

/** One broken `deploy` a row, with its whole message. */
const BROKEN: readonly (readonly [string, string])[] = [
  [
    '{ replicas: 2, autoscaling: { maxReplicas: 3 } }',
    `exclusive-keys  spec.yaml:5:21: "deploy.replicas" and "autoscaling" exclude each other
          leave the number of pods to one of the two`,
  ],
  [
    '{ autoscaling: { minReplicas: 2 } }',
    `missing-key  spec.yaml:5:24: "deploy.autoscaling.maxReplicas" is missing
          add the most pods that there may be`,
  ],
  [
    '{ autoscaling: { minReplicas: 5, maxReplicas: 3 } }',
    `bad-range  spec.yaml:5:39: "deploy.autoscaling.minReplicas" is 5, more than maxReplicas: 3
          lower minReplicas, or raise maxReplicas`,
  ],
  [
    '{ autoscaling: { managedBy: external, maxReplicas: 3, cpuPercent: 50 } }',
    `unused-key  spec.yaml:5:75: "deploy.autoscaling.cpuPercent" has no effect: managedBy is "external"
          say it to the autoscaler that is in charge`,
  ],
  [
    '{ autoscaling: { maxReplicas: 3, metrics: [{ type: pods, name: queue, averageValue: "0" }] } }',
    `bad-value  spec.yaml:5:93: "deploy.autoscaling.metrics.0.averageValue" is "0"
          expected: a quantity above 0`,
  ],
  [
    '{ replicas: 3, disruption: { minAvailable: 3 } }',
    `blocked-drain  spec.yaml:5:52: "deploy.disruption.minAvailable" is 3, and no more than 3 pods are there for sure: no node with one could ever be drained
          lower minAvailable, or raise the number of pods`,
  ],
  [
    '{ replicas: 3, disruption: { maxUnavailable: 0% } }',
    `blocked-drain  spec.yaml:5:54: "deploy.disruption.maxUnavailable" is "0%": no node with a pod of the service could ever be drained
          let at least one pod go`,
  ],
  [
    '{ rollout: { maxSurge: 0, maxUnavailable: 0% } }',
    `stuck-rollout  spec.yaml:5:51: "deploy.rollout.maxUnavailable" and "maxSurge" are both 0: no pod could ever be replaced
          raise one of the two`,
  ],
  [
    '{ rollout: { canary: { steps: [{ weight: 20, seconds: 1 }, { weight: 20, seconds: 1 }] } } }',
    `bad-range  spec.yaml:5:78: "deploy.rollout.canary.steps.1.weight" is 20, and the step before it has 20
          let the weights rise`,
  ],
  [
    '{ gpu: { resource: nvidia.com/mig-1g.5gb } }',
    `unused-key  spec.yaml:5:16: "deploy.gpu" says which GPUs, and "gpus" is 0
          say with gpus how many each pod gets, or take gpu out`,
  ],
  [
    '{ gpus: 2, gpu: { resource: nvidia.com/gpu.shared } }',
    `shared-gpus  spec.yaml:5:17: "gpus" is 2 of the shared "nvidia.com/gpu.shared"
          ask for 1: more time slices give no more of a GPU, they do not isolate memory, and the device plugin refuses them (failRequestsGreaterThanOne)`,
  ],
  [
    '{ gpus: 1, gpu: { resource: nvidia.com/gpu.shared, claim: dra } }',
    `exclusive-keys  spec.yaml:5:37: "deploy.gpu.resource" is "nvidia.com/gpu.shared", and time slices of the device plugin cannot be claimed
          take ".shared" off, or take claim "dra" out`,
  ],
  [
    '{ gpus: 1, gpu: { deviceClass: gpu.nvidia.com } }',
    `unused-key  spec.yaml:5:40: "deploy.gpu.deviceClass" has no effect: claim is not "dra"
          add claim: dra, or take it out`,
  ],
  [
    '{ env: { TOKEN: x }, secrets: [{ env: TOKEN, secret: a, key: b }] }',
    `double-variable  spec.yaml:5:47: "deploy.secrets.0.env" is "TOKEN", which "env" sets too
          give each variable one source`,
  ],
  [
    '{ secrets: [{ env: TOKEN, secret: a, key: b }, { env: TOKEN, secret: c, key: d }] }',
    `double-variable  spec.yaml:5:63: "deploy.secrets.1.env" is "TOKEN", which "secrets.0" sets too
          give each variable one source`,
  ],
  [
    '{ resources: { cpu: "2", cpuLimit: 500m } }',
    `bad-range  spec.yaml:5:44: "deploy.resources.cpuLimit" is "500m", less than the request of "2"
          raise cpuLimit, or lower cpu`,
  ],
  [
    '{ route: { gateway: public }, ingress: { host: a.example } }',
    `exclusive-keys  spec.yaml:5:48: "deploy.ingress" and "route" exclude each other
          let requests in by one of the two`,
  ],
  [
    '{ route: { host: a.example } }',
    `missing-key  spec.yaml:5:18: "deploy.route.gateway" is missing
          name the Gateway that takes the requests in`,
  ],
  [
    '{ ingress: { className: nginx } }',
    `missing-key  spec.yaml:5:20: "deploy.ingress.host" is missing
          name the host`,
  ],
  [
    '{ network: { from: [{}] } }',
    `empty-peer  spec.yaml:5:29: "deploy.network.from.0" names nobody
          add namespace, namespaceLabels, podLabels or cidr, or leave "from" out to let anyone in`,
  ],
  [
    '{ network: { from: [{ cidr: 10.0.0.0/33 }, { cidr: 10.0.0.0/8, namespace: a }] } }',
    `bad-value  spec.yaml:5:37: "deploy.network.from.0.cidr" is "10.0.0.0/33"
          expected: a block of addresses, for example "10.0.0.0/8"

exclusive-keys  spec.yaml:5:60: "deploy.network.from.1.cidr" and "namespace" exclude each other
          give the addresses an entry of their own`,
  ],
  [
    '{ network: { from: [{ cidr: 10.1.2.3/8 }, { cidr: 2001:db8::1/32 }, { cidr: 10.0.0.0/08 }, { cidr: 10.1.2.3/32 }, { cidr: "::/0" }] } }',
    `bad-value  spec.yaml:5:37: "deploy.network.from.0.cidr" is "10.1.2.3/8"
          expected: a block of addresses, for example "10.0.0.0/8"

bad-value  spec.yaml:5:59: "deploy.network.from.1.cidr" is "2001:db8::1/32"
          expected: a block of addresses, for example "10.0.0.0/8"

bad-value  spec.yaml:5:85: "deploy.network.from.2.cidr" is "10.0.0.0/08"
          expected: a block of addresses, for example "10.0.0.0/8"`,
  ],
  [
    '{ ingress: { host: 10.0.0.1 } }',
    `bad-value  spec.yaml:5:28: "deploy.ingress.host" is "10.0.0.1", an address
          expected: a name, for example "models.acme.example"`,
  ],
  [
    String.raw`{ env: { A: "a\0b", B: "\ud800", C: "\u2028" }, secrets: [{ env: D, secret: s, key: .. }, { env: E, secret: s, key: .env }] }`,
    `bad-value  spec.yaml:5:21: "deploy.env.A" holds a NUL character, or half of a character
          an environment variable is text: take it out, or encode it

bad-value  spec.yaml:5:32: "deploy.env.B" holds a NUL character, or half of a character
          an environment variable is text: take it out, or encode it

bad-value  spec.yaml:5:93: "deploy.secrets.0.key" is "..", which no Secret can have
          name a key of the Secret`,
  ],
  [
    String.raw`{ pod: { annotations: { a.example/x: "\ud800" } }, workload: { annotations: { y: "\u007f" } }, ingress: { host: a.example, annotations: { z: "a\udc00" } } }`,
    `bad-value  spec.yaml:5:46: "deploy.pod.annotations.a.example/x" holds half of a character
          an annotation is text: take it out, or encode it

bad-value  spec.yaml:5:150: "deploy.ingress.annotations.z" holds half of a character
          an annotation is text: take it out, or encode it`,
  ],
  [
    '{ tolerations: [{ value: a }, { key: b, operator: Exists, value: c, tolerationSeconds: 5 }] }',
    `missing-key  spec.yaml:5:25: "deploy.tolerations.0.key" is missing, and operator is not "Exists"
          name the key of the taint

unused-key  spec.yaml:5:74: "deploy.tolerations.1.value" has no effect: operator is "Exists"
          take it out

unused-key  spec.yaml:5:96: "deploy.tolerations.1.tolerationSeconds" has no effect: effect is not "NoExecute"
          add effect: NoExecute, or take it out`,
  ],
  [
    '{ pod: { labels: { app.kubernetes.io/name: other } } }',
    `reserved-key  spec.yaml:5:52: "deploy.pod.labels.app.kubernetes.io/name" is set by Modelyard or Kubernetes themselves
          choose a key with a prefix of your own`,
  ],
  [
    '{ pod: { labels: { "a b": c } } }',
    `bad-key  spec.yaml:5:35: "deploy.pod.labels" has a key "a b", which does not match ^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$
          expected: labels, for example kueue.x-k8s.io/queue-name`,
  ],
];

test.each(BROKEN)('refuses deploy: %s', (deploy, message) => {
  expect(problemsOf(`deploy: ${deploy}`)).toBe(message);
});

test('what only an environment breaks is told at its place, and what deploy breaks is told once', () => {
  const rest = `deploy: { secrets: [{ env: A, secret: a, key: b }], resources: { cpu: "2", cpuLimit: "1" } }
environments:
  staging: { env: { A: x } }
  production: { autoscaling: { minReplicas: 2 } }`;
  expect(problemsOf(rest)).toBe(`bad-range  spec.yaml:5:86: "deploy.resources.cpuLimit" is "1", less than the request of "2"
          raise cpuLimit, or lower cpu

double-variable  spec.yaml:5:28: "deploy.secrets.0.env" is "A", which "env" sets too
          give each variable one source

missing-key  spec.yaml:8:30: "environments.production.autoscaling.maxReplicas" is missing
          add the most pods that there may be`);
});

test('a model comes from one place', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const refused = (source: string) => problemsOf(`environments: { a: { model: { source: ${source} } } }`);
  expect(refused('{}')).toBe(`exclusive-keys  spec.yaml:5:39: "environments.a.model.source" names no place
          name one of: pvc, image`);
  expect(refused(`{ pvc: { claim: a }, image: { reference: "a@${digest}" } }`)).toBe(
    `exclusive-keys  spec.yaml:5:39: "environments.a.model.source" names pvc and image
          name one of: pvc, image`,
  );
  expect(refused('{ image: { reference: "registry.example/models/churn:1" } }')).toBe(
    `bad-value  spec.yaml:5:61: "environments.a.model.source.image.reference" is "registry.example/models/churn:1", which must match pattern "^[A-Za-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$"
          expected: OCI image or artefact with its digest: registry/name@sha256:…`,
  );
  expect(refused(`{ image: { reference: "registry.example/models/churn@${digest}", subPath: v1 } }`)).toBe('none');
});

test.each([
  ['replicas', '{ replicas: 3000000000 }'],
  ['autoscaling.maxReplicas', '{ autoscaling: { maxReplicas: 3000000000 } }'],
  ['rollout.maxSurge', '{ rollout: { maxSurge: 99999999999 } }'],
  [
    'tolerations.0.tolerationSeconds',
    '{ tolerations: [{ key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 99999999999999999999 }] }',
  ],
])('a number that the server would read as another one is refused: %s', (key, deploy) => {
  expect(problemsOf(`deploy: ${deploy}`)).toMatch(
    new RegExp(`^bad-value  spec.yaml:5:\\d+: "deploy.${key}" is \\d+, which must be <= 2147483647`),
  );
});

test.each([
  ['network.from.0.namespace', '{ network: { from: [{ namespace: a.b }] } }'],
  ['route.gatewayNamespace', '{ route: { gateway: public, gatewayNamespace: a.b } }'],
  ['tolerations.0.key', '{ tolerations: [{ key: a b, operator: Exists }] }'],
  ['tolerations.0.value', '{ tolerations: [{ key: a, value: x y }] }'],
])('what the server takes for no name is refused: %s', (key, deploy) => {
  expect(problemsOf(`deploy: ${deploy}`)).toContain(`"deploy.${key}" is "`);
});

test('a label, an annotation or a taint whose prefix is longer than a name may be is refused where it stands', () => {
  const key = (length: number) =>
    `${Array.from({ length: 8 }, () => 'a'.repeat(31))
      .join('.')
      .slice(0, length - 2)}.b/x`;
  const deploy = (length: number) =>
    `deploy: { workload: { labels: { ${key(length)}: b } }, nodeSelector: { ${key(length)}: c }, tolerations: [{ key: ${key(length)}, operator: Exists }], network: { from: [{ podLabels: { ${key(length)}: d } }] }, autoscaling: { maxReplicas: 2, metrics: [{ type: pods, name: q, averageValue: "1", labels: { ${key(length)}: e } }] } }`;
  expect(problemsOf(deploy(253))).toBe('none');
  const problems = problemsOf(deploy(254));
  expect(problems.match(/^bad-value {2}spec\.yaml:5:\d+: "a{20}…[a.]+b\/x" has a prefix of 254 characters$/gm)).toHaveLength(5);
  expect(problems.match(/^ {10}a prefix has 253 at most: shorten it$/gm)).toHaveLength(5);
});

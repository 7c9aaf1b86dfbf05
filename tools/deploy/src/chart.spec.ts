import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeploySource, MODELYARD_VERSION, parseServiceSpec, specIn } from '@modelyard/core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { KubeObject } from './kube/index.ts';
import { type RenderRequest, renderManifests } from './manifests/index.ts';
import { findHelm, runHelm } from './testing/helm.ts';
import { anySpecSource, expectValue, QUOTED, specText } from './testing/specs.ts';

const CHART = join(import.meta.dirname, '../../../charts/model-service');
const REQUEST: RenderRequest = {
  namespace: 'ml',
  environment: 'staging',
  image: 'registry.example/churn:1a2b3c',
  imageId: 'sha256:4a5b',
  commit: '0123456789012345678901234567890123456789',
  modelSha: 'feed',
};
const SPECS_PER_RUN = 300;
const SPECS_PER_PROCESS = 60;

let helm: string;
let folder: string;

beforeAll(async () => {
  helm = await findHelm(process.env);
  folder = await mkdtemp(join(tmpdir(), 'modelyard-chart-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const valuesOf = ({ environment, image: ref, imageId: id, commit, modelSha }: RenderRequest) => ({
  environment,
  image: { ref, id, commit },
  modelSha256: modelSha,
});

/** What `helm template` prints for a model-service.yaml. */
async function helmObjects(spec: string, request: RenderRequest): Promise<KubeObject[]> {
  const [specFile, imageFile] = [join(folder, 'model-service.yaml'), join(folder, 'image.yaml')];
  await writeFile(specFile, spec);
  await writeFile(imageFile, stringify(valuesOf(request)));
  const text = await runHelm(helm, ['template', 'churn', CHART, '--namespace', request.namespace, '-f', specFile, '-f', imageFile]);
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}

/** What `helm template` prints for many specs in one process: a chart that holds ours once for each of them. */
async function helmObjectsOfMany(specs: readonly string[], request: RenderRequest, flags: readonly string[]): Promise<KubeObject[][]> {
  const root = await mkdtemp(join(folder, 'many-'));
  const aliases = specs.map((_, index) => `spec${index}`);
  const dependencies = aliases.map((alias) => ({ name: 'model-service', version: MODELYARD_VERSION, alias }));
  const values = specs.map((spec, index) => [aliases[index], { ...parse(spec), ...valuesOf(request) }]);
  await mkdir(join(root, 'charts'));
  await cp(CHART, join(root, 'charts/model-service'), { recursive: true });
  await writeFile(join(root, 'Chart.yaml'), stringify({ apiVersion: 'v2', name: 'many', version: '1.0.0', dependencies }));
  await writeFile(join(root, 'values.yaml'), stringify(Object.fromEntries(values), QUOTED));
  const text = await runHelm(helm, ['template', 'many', root, '--namespace', request.namespace, ...flags]);
  const objects = new Map<string, KubeObject[]>(aliases.map((alias) => [alias, []]));
  for (const [, alias = '', yaml = ''] of text.matchAll(/^# Source: many\/charts\/(\w+)\/.*\n([\s\S]*?)(?=^---$|(?![\s\S]))/gm)) {
    objects.get(alias)?.push(parse(yaml) as KubeObject);
  }
  return [...objects.values()];
}

const sorted = (objects: readonly KubeObject[]): KubeObject[] => objects.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));

/** The objects of `render`, as they are after a trip through YAML. */
function renderedObjects(spec: string, request: RenderRequest): KubeObject[] {
  const parsed = expectValue(parseServiceSpec(spec, 'model-service.yaml'));
  return structuredClone(renderManifests(specIn(parsed, request.environment), request));
}

test('helm template gives the same objects as render for the churn service', async () => {
  expect(sorted(await helmObjects(specText(), REQUEST))).toEqual(sorted(renderedObjects(specText(), REQUEST)));
});

test('helm template gives the same objects as render for a service with GPUs, secrets and differences by environment', async () => {
  const spec = specText({
    owner: 'team: "risk" #1',
    model: { path: 'models/churn_model.pkl', loadBudgetSeconds: 601 },
    serve: { port: 9000, workers: 2 },
    deploy: {
      gpus: 2,
      replicas: 3,
      resources: { cpu: '1500m', cpuLimit: '4' },
      env: { GREETING: 'grüß\n"dich"', EMPTY: '' },
      secrets: [{ env: 'TOKEN', secret: 'churn-token', key: 'token' }],
    },
    environments: { staging: { gpus: 0, replicas: 0, env: { GREETING: 'hi' }, resources: { memory: '1Gi' } } },
  });
  for (const environment of ['staging', 'production']) {
    const request = { ...REQUEST, environment };
    expect(sorted(await helmObjects(spec, request))).toEqual(sorted(renderedObjects(spec, request)));
  }
});

test('helm template gives the same objects as render for text with characters that YAML takes only as escapes', async () => {
  const text = String.raw`"tab\t bell\a DEL\x7f C1\x80 next\x85 line\u2028 no-character\ufffe face\U0001F600 quote\" back\\ <&>"`;
  const spec = `${specText()}deploy: { env: { TEXT: ${text} }, pod: { annotations: { acme.example/text: ${text} } } }\n`;
  expect(sorted(await helmObjects(spec, REQUEST))).toEqual(sorted(renderedObjects(spec, REQUEST)));
});

test(`helm template gives the same objects as render for ${SPECS_PER_RUN} random specs`, { timeout: 120_000 }, async () => {
  const specs = fc.sample(anySpecSource, SPECS_PER_RUN).map((source) => specText(source));
  for (let start = 0; start < specs.length; start += SPECS_PER_PROCESS) {
    const batch = specs.slice(start, start + SPECS_PER_PROCESS);
    // Helm reads the schema anew for each spec, which takes most of the time: one batch shows that it refuses no valid spec.
    const templated = await helmObjectsOfMany(batch, REQUEST, start === 0 ? [] : ['--skip-schema-validation']);
    for (const [index, spec] of batch.entries())
      expect(sorted(templated[index] ?? []), spec).toEqual(sorted(renderedObjects(spec, REQUEST)));
  }
});

/** What breaks a rule between keys, with what the chart says; modelyard says it with line and column. */
const BROKEN: readonly (readonly [DeploySource, string])[] = [
  [{ replicas: 2, autoscaling: { maxReplicas: 3 } }, '"deploy.replicas" and "autoscaling" exclude each other'],
  [{ autoscaling: { minReplicas: 2 } }, '"deploy.autoscaling.maxReplicas" is missing'],
  [{ autoscaling: { minReplicas: 5, maxReplicas: 3 } }, '"deploy.autoscaling.minReplicas" is 5, more than maxReplicas: 3'],
  [{ replicas: 3, disruption: { minAvailable: 3 } }, '"deploy.disruption" lets no pod go: no node with one could ever be drained'],
  [
    { rollout: { maxSurge: 0, maxUnavailable: '0%' } },
    '"deploy.rollout.maxUnavailable" and "maxSurge" are both 0: no pod could ever be replaced',
  ],
  [{ gpus: 2, gpu: { resource: 'nvidia.com/gpu.shared' } }, '"gpus" is 2 of the shared "nvidia.com/gpu.shared"'],
  [{ env: { A: 'x' }, secrets: [{ env: 'A', secret: 'a', key: 'b' }] }, 'variable "A" has two sources'],
  [{ resources: { cpu: '2', cpuLimit: '500m' } }, '"deploy.resources.cpuLimit" is "500m", less than the request of "2"'],
  [{ route: { gateway: 'a' }, ingress: { host: 'a.example' } }, '"deploy.ingress" and "route" exclude each other'],
  [{ route: { host: 'a.example' } }, '"deploy.route.gateway" is missing'],
  [{ ingress: { className: 'nginx' } }, '"deploy.ingress.host" is missing'],
  [{ network: { from: [{}] } }, 'an entry of "deploy.network.from" names nobody'],
  [{ pod: { labels: { 'app.kubernetes.io/name': 'x' } } }, '"app.kubernetes.io/name" is set by Modelyard or Kubernetes themselves'],
];

test('the chart refuses what modelyard refuses: keys that contradict each other, and unknown keys', { timeout: 60_000 }, async () => {
  const refusals = BROKEN.map(async ([deploy, message]) => {
    const file = join(folder, `${createHash('sha256').update(message).digest('hex')}.yaml`);
    await writeFile(file, specText({ deploy }));
    expect(parseServiceSpec(specText({ deploy }), 'model-service.yaml').ok).toBe(false);
    await expect(runHelm(helm, ['template', 'churn', CHART, '-f', file, '--set', 'image.ref=churn:1'])).rejects.toThrow(message);
  });
  await Promise.all(refusals);
  await writeFile(join(folder, 'unknown.yaml'), specText());
  const unknown = ['template', 'churn', CHART, '-f', join(folder, 'unknown.yaml'), '--set', 'image.ref=churn:1,deploy.replica=3'];
  await expect(runHelm(helm, unknown)).rejects.toThrow("at '/deploy': additional properties 'replica' not allowed");
});

test('helm lint has nothing to say against the chart, alone and with a service', async () => {
  await writeFile(join(folder, 'lint.yaml'), specText());
  for (const values of [[], ['-f', join(folder, 'lint.yaml'), '--set', 'image.ref=churn:1']]) {
    const text = await runHelm(helm, ['lint', '--strict', CHART, ...values]);
    expect(text).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(text).not.toMatch(/WARNING|ERROR/);
  }
});

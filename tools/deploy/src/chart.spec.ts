import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseServiceSpec, specIn } from '@modelyard/core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubeObject } from './kube/index.ts';
import { type RenderRequest, renderManifests } from './manifests/index.ts';
import { findHelm, runHelm } from './testing/helm.ts';
import { anySpecSource, expectValue, specText } from './testing/specs.ts';

const CHART = join(import.meta.dirname, '../../../charts/model-service');
const REQUEST: RenderRequest = {
  namespace: 'ml',
  environment: 'staging',
  image: 'registry.example/churn:1a2b3c',
  imageId: 'sha256:4a5b',
  commit: '0123456789012345678901234567890123456789',
  modelSha: 'feed',
};

let helm: string;
let folder: string;

beforeAll(async () => {
  helm = await findHelm(process.env);
  folder = await mkdtemp(join(tmpdir(), 'modelyard-chart-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What `helm template` prints for a model-service.yaml, by kind. */
async function helmObjects(spec: string, request: RenderRequest): Promise<KubeObject[]> {
  const { environment, image: ref, imageId: id, commit, modelSha } = request;
  const specFile = join(folder, 'model-service.yaml');
  const imageFile = join(folder, 'image.yaml');
  await writeFile(specFile, spec);
  await writeFile(imageFile, stringify({ environment, image: { ref, id, commit }, modelSha256: modelSha }));
  const text = await runHelm(helm, ['template', 'churn', CHART, '--namespace', request.namespace, '-f', specFile, '-f', imageFile]);
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
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

test('helm template gives the same objects as render for any spec', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anySpecSource, async (source) => {
      const spec = specText(source);
      expect(sorted(await helmObjects(spec, REQUEST))).toEqual(sorted(renderedObjects(spec, REQUEST)));
    }),
    { numRuns: 25 },
  );
});

test('helm lint has nothing to say against the chart', async () => {
  await writeFile(join(folder, 'lint.yaml'), specText());
  const text = await runHelm(helm, ['lint', CHART, '-f', join(folder, 'lint.yaml'), '--set', 'image.ref=churn:1']);
  expect(text).toContain('1 chart(s) linted, 0 chart(s) failed');
});

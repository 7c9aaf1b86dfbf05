import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { equalJson, type KubeObject } from './kube/index.ts';
import { renderManifests } from './manifests/index.ts';
import { findHelm, runHelm } from './testing/helm.ts';
import { kubectl } from './testing/kubectl.ts';
import { type SpecSource, specOf, specText } from './testing/specs.ts';

const CHART = join(import.meta.dirname, '../../../charts/model-service');
const NAMESPACE = 'charted';
const SOURCE: SpecSource = {
  deploy: {
    replicas: 2,
    env: { MODE: 'strict' },
    network: { from: [{ namespace: 'shop', podLabels: { app: 'web' } }] },
    ingress: { host: 'churn.example', path: '/churn' },
    pod: { labels: { 'acme.example/team': 'risk' } },
  },
};

let helm: string;
let folder: string;

beforeAll(async () => {
  helm = await findHelm(process.env);
  folder = await mkdtemp(join(tmpdir(), 'modelyard-chart-'));
  await kubectl(['create', 'namespace', NAMESPACE]);
  await kubectl(['label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function runRelease(command: readonly string[], source: SpecSource): Promise<string> {
  const file = join(folder, 'model-service.yaml');
  await writeFile(file, specText(source));
  const { kubeconfigPath } = inject('cluster');
  const values = ['-f', file, '--set', 'image.ref=churn:1,environment=test', '--kubeconfig', kubeconfigPath, '-n', NAMESPACE];
  return runHelm(helm, [...command, 'churn', CHART, ...values, '--wait', '--timeout=60s']);
}

const liveOf = async ({ kind, metadata }: KubeObject): Promise<KubeObject> =>
  JSON.parse(await kubectl(['-n', NAMESPACE, 'get', kind, metadata.name, '-o', 'json']));

/** The paths of what was asked for and is not there. */
function missingIn(actual: unknown, wanted: unknown, path = ''): string[] {
  if (typeof wanted !== 'object' || wanted === null) return equalJson(actual, wanted) ? [] : [path];
  return Object.entries(wanted).flatMap(([key, value]) => missingIn((actual as Record<string, unknown>)?.[key], value, `${path}.${key}`));
}

/** Helm itself writes this label on what it installs. */
function asHelms(object: KubeObject): KubeObject {
  const labels = { ...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' };
  return { ...object, metadata: { ...object.metadata, labels } };
}

async function missingLive(source: SpecSource): Promise<string[]> {
  const objects = renderManifests(specOf(source), { namespace: NAMESPACE, environment: 'test', image: 'churn:1' });
  const missing = await Promise.all(objects.map(async (object) => missingIn(await liveOf(object), asHelms(object), object.kind)));
  return missing.flat();
}

test('helm alone installs, upgrades and takes away a service in a restricted namespace, and all that is rendered is live', async () => {
  await runRelease(['install'], SOURCE);
  expect(await missingLive(SOURCE)).toEqual([]);
  const second = { deploy: { ...SOURCE.deploy, env: { MODE: 'lenient' }, resources: { memory: '1Gi' } } };
  await runRelease(['upgrade'], second);
  expect(await missingLive(second)).toEqual([]);
  await runHelm(helm, ['uninstall', 'churn', '--kubeconfig', inject('cluster').kubeconfigPath, '-n', NAMESPACE, '--wait']);
  const left = await kubectl(['-n', NAMESPACE, 'get', 'all,netpol,pdb,ingress', '-l', 'app.kubernetes.io/instance=churn', '-o', 'name']);
  expect(left.trim()).toBe('');
});

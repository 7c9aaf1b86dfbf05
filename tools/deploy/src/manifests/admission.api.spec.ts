import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, connectCluster } from '../cluster/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { accessTo } from '../target.ts';
import { problemsOf, requestFor } from '../testing/api.ts';
import { anySpec, type SpecSource, specOf } from '../testing/specs.ts';
import { renderManifests, renderNamespace } from './index.ts';

const NAMESPACE = 'restricted';
const REQUEST = { namespace: NAMESPACE, environment: 'staging', image: 'registry.example/churn:1a2b3c' };
/** Kinds that come with add-ons; this API server has none. */
const ADDED_KINDS = ['HTTPRoute', 'ServiceMonitor'];
const SAMPLE = 60;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await connectCluster(accessTo(requestFor(NAMESPACE)));
  await cluster.apply(renderNamespace(NAMESPACE));
});
afterAll(() => cluster.close());

/** The pod that a Deployment would make, without what admission would have to find in the cluster. */
function podOf(objects: readonly KubeObject[]): KubeObject {
  const deployment = objects.find((object) => object.kind === 'Deployment');
  const { metadata, spec } = (deployment as unknown as { spec: { template: { metadata: object; spec: object } } }).spec.template;
  const {
    serviceAccountName: _account,
    priorityClassName: _priority,
    runtimeClassName: _runtime,
    ...rest
  } = spec as Record<string, unknown>;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'probe', namespace: NAMESPACE }, spec: rest };
}

test(`the server takes ${SAMPLE} random services object by object, and admission lets their pods into a restricted namespace`, async () => {
  for (const spec of fc.sample(anySpec, SAMPLE)) {
    const objects = renderManifests(spec, REQUEST);
    const native = objects.filter((object) => !ADDED_KINDS.includes(object.kind));
    await Promise.all([...native, podOf(objects)].map((object) => cluster.dryRun(object)));
  }
});

test.each<[string, SpecSource]>([
  ['a volume', { model: { path: 'models/m.pkl', source: { pvc: { claim: 'models', subPath: 'churn' } } } }],
  [
    'an image',
    { model: { path: 'models/m.pkl', source: { image: { reference: `registry.example/m@sha256:${'0'.repeat(64)}`, subPath: 'v1' } } } },
  ],
  ['claimed GPUs', { deploy: { gpus: 2, gpu: { claim: 'dra', memoryMiB: 40_000, products: ['NVIDIA-A10'] } } }],
])('admission of a restricted namespace takes a pod with %s, and the server keeps each field of it', async (_what, source) => {
  const pod = podOf(renderManifests(specOf(source), REQUEST));
  const { tolerations: _added, ...kept } = pod.spec as Record<string, unknown>;
  expect(await cluster.dryRun(pod)).toMatchObject({ spec: kept });
});

test('admission is at work: a pod that may run as root is refused', async () => {
  const pod = podOf(renderManifests(specOf(), REQUEST));
  const error = await problemsOf(cluster.dryRun({ ...pod, spec: { ...(pod.spec as object), securityContext: {}, hostNetwork: true } }));
  expect(error.problems[0]?.what).toContain('violates PodSecurity "restricted:latest"');
});

import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { connectCluster } from './cluster/index.ts';
import { type DeployOutcome, deployService } from './deploy.ts';
import { destroyService } from './destroy.ts';
import { equalJson, type KubeObject } from './kube/index.ts';
import { renderManifests, renderNamespace } from './manifests/index.ts';
import { readStatus } from './status.ts';
import { accessTo } from './target.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';

const actions = (outcome: { plan: { changes: readonly { action: string; object: KubeObject }[] } }) =>
  outcome.plan.changes.map((change) => `${change.action} ${change.object.kind}`);

const podsOf = (outcome: DeployOutcome) => (outcome.outcome === 'deployed' ? outcome.pods : []);

/** Pod names differ from run to run. */
const withoutHashes = (text: string): string => text.replace(/churn-[a-z0-9]{6,10}(-[a-z0-9]{5})?/g, 'churn-*');

test('the first deploy creates everything in a restricted namespace, and waits until the pods are ready', async () => {
  const request = requestFor('first', { deploy: { gpus: 1, replicas: 2 } });
  const outcome = await deployService(request, recordingWorld());
  expect(actions(outcome)).toEqual([
    'create Namespace',
    'create ServiceAccount',
    'create ConfigMap',
    'create Service',
    'create NetworkPolicy',
    'create Deployment',
    'create PodDisruptionBudget',
  ]);
  expect(outcome).toMatchObject({ outcome: 'deployed', verifiedRows: 0 });
  const status = await readStatus(request, recordingWorld());
  expect(status.deployment).toEqual({ image: 'churn:1', wanted: 2, ready: 2 });
});

test('a second deploy of the same spec keeps every object and every pod', async () => {
  const request = requestFor('again');
  const first = await deployService(request, recordingWorld());
  const second = await deployService(request, recordingWorld());
  expect(actions(second)).toEqual(['keep ServiceAccount', 'keep ConfigMap', 'keep Service', 'keep NetworkPolicy', 'keep Deployment']);
  expect(second).toMatchObject({ pods: podsOf(first) });
});

test('the server keeps every field as it was rendered', async () => {
  const request = requestFor('rendered', {
    deploy: { gpus: 1, resources: { cpuLimit: '2' }, secrets: [{ env: 'TOKEN', secret: 'token', key: 'value' }] },
  });
  const cluster = await connectCluster(accessTo(request));
  try {
    await cluster.apply(renderNamespace('rendered'));
    for (const object of renderManifests(request.spec, { namespace: 'rendered', environment: 'test', image: 'churn:1' })) {
      expect(missingIn(await cluster.dryRun(object), object)).toEqual([]);
    }
  } finally {
    await cluster.close();
  }
});

/** The paths of what was asked for and is not there. */
function missingIn(actual: unknown, wanted: unknown, path = ''): string[] {
  if (typeof wanted !== 'object' || wanted === null) return equalJson(actual, wanted) ? [] : [path];
  return Object.entries(wanted).flatMap(([key, value]) => missingIn((actual as Record<string, unknown>)?.[key], value, `${path}.${key}`));
}

test('a changed variable updates the ConfigMap and rolls the pods', async () => {
  const first = await deployService(requestFor('rolls'), recordingWorld());
  const second = await deployService(requestFor('rolls', { deploy: { env: { MODE: 'strict' } } }), recordingWorld());
  expect(second.plan.changes.flatMap((change) => (change.action === 'update' ? [[change.object.kind, change.fields]] : []))).toEqual([
    ['ConfigMap', ['data.MODE']],
    ['Deployment', ['spec.template.metadata.annotations["modelyard.dev/config-hash"]']],
  ]);
  expect(podsOf(second)).not.toEqual(podsOf(first));
});

test('a dry run changes nothing', async () => {
  const request = requestFor('dry', {}, { dryRun: true });
  expect(await deployService(request, recordingWorld())).toMatchObject({ outcome: 'planned' });
  expect((await readStatus(request, recordingWorld())).deployment).toBeUndefined();
});

test('more GPUs than any node has end the rollout with the numbers', async () => {
  const error = await problemsOf(deployService(requestFor('gpus', { deploy: { gpus: 8 } }), recordingWorld()));
  expect(error.exit).toBe('rollout');
  expect(withoutHashes(formatProblems(error.problems)).split('\n').slice(0, 5)).toEqual([
    'unschedulable  pod/churn-* in ns/gpus: asks for nvidia.com/gpu: 8, the most that a node has is 4 (node gpu-node, 2 nodes seen); 0/2 nodes are available: 2 Insufficient nvidia.com/gpu',
    '          lower deploy.gpus in model-service.yaml, free GPUs, or check the device plugin of the nodes',
    '          | node cpu-node (1 node): no nvidia.com/gpu of 8 asked',
    '          | node gpu-node (1 node): 4 nvidia.com/gpu of 8 asked',
    '          | events:',
  ]);
});

test('an image that cannot be pulled ends the rollout', async () => {
  const request = requestFor('pull', {}, { image: { ref: 'simulate-pull-error:1' }, timeoutSeconds: 3 });
  const error = await problemsOf(deployService(request, recordingWorld()));
  expect(withoutHashes(error.problems[0]?.what ?? '')).toBe(
    '0/1 ready after 3 s; pod/churn-*: image "simulate-pull-error:1" cannot be pulled (ImagePullBackOff): Back-off pulling image "simulate-pull-error:1"',
  );
  expect(error.exit).toBe('timeout');
});

test('a container that crashes ends the rollout at once', async () => {
  const error = await problemsOf(deployService(requestFor('crash', {}, { image: { ref: 'simulate-crash:1' } }), recordingWorld()));
  const [problem] = error.problems;
  expect(problem).toMatchObject({ code: 'crash', what: 'the container ended with exit code 1, 4 times' });
  expect(error.exit).toBe('rollout');
});

test('pods that never get ready end with what is known when the time is up', async () => {
  const request = requestFor('unready', {}, { image: { ref: 'simulate-not-ready:1' }, timeoutSeconds: 3 });
  const error = await problemsOf(deployService(request, recordingWorld()));
  expect(error.problems[0]).toMatchObject({ code: 'not-ready', where: 'deployment/churn in ns/unready', what: '0/1 ready after 3 s' });
  expect(error.exit).toBe('timeout');
});

test('a failed rollout leaves the old pods serving', async () => {
  await deployService(requestFor('serving'), recordingWorld());
  await problemsOf(deployService(requestFor('serving', {}, { image: { ref: 'simulate-crash:1' } }), recordingWorld()));
  expect((await readStatus(requestFor('serving'), recordingWorld())).deployment?.ready).toBe(1);
});

test('a pod whose health cannot be asked is not called verified', async () => {
  const modelLock = { modelSha: 'feed', golden: { tolerance: 1e-6, rows: [{ row: { a: 1 }, expected: { prediction: 1 } }] } };
  const error = await problemsOf(deployService(requestFor('verify', {}, { modelLock }), recordingWorld()));
  // Simulated pods have addresses that lead nowhere; what answers there depends on the machine's network.
  expect(error.problems[0]?.what).toMatch(/^GET \/health through the API server (could not be asked|answered)/);
  expect(error.exit).toBe('rollout');
});

test('destroy deletes what was deployed, waits until it is gone, and finds nothing the next time', async () => {
  const request = requestFor('destroyed');
  await deployService(request, recordingWorld());
  const deleted = await destroyService({ ...request, yes: false }, recordingWorld());
  expect(deleted.map((ref) => ref.kind).sort()).toEqual(['ConfigMap', 'Deployment', 'NetworkPolicy', 'Service', 'ServiceAccount']);
  expect((await readStatus(request, recordingWorld())).deployment).toBeUndefined();
  expect(await destroyService({ ...request, yes: false }, recordingWorld())).toEqual([]);
});

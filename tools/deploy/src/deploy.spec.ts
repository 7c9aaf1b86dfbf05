import { loadImage } from '@modelyard/cluster';
import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { destroyService } from './destroy.ts';
import type { KubeObject, LiveDeployment, LivePod } from './kube/index.ts';
import { type DeployEvent, formatEvent } from './report/index.ts';
import { type FakeCluster, fakeClock, fakeCluster, namespaceNamed } from './testing/fake-cluster.ts';
import { deploymentWith, podEvent, podLike, replicaSet } from './testing/rollouts.ts';
import { specOf } from './testing/specs.ts';
import type { World } from './world.ts';

const LOCK = { modelSha: 'feed', golden: { tolerance: 1e-6, rows: [{ row: { tenure: 12 }, expected: { prediction: 1 } }] } };

const requestWith = (more: Partial<DeployRequest> = {}): DeployRequest => ({
  service: 'churn',
  environment: { name: 'local', context: 'lab', namespace: 'ml', createNamespace: false, protected: false, delivery: 'load' },
  kubeconfigs: ['/nowhere'],
  spec: specOf(),
  image: { ref: 'churn:2' },
  dryRun: false,
  yes: false,
  modelLock: LOCK,
  ...more,
});

interface RecordingWorld extends World {
  readonly events: DeployEvent[];
  readonly delivered: string[];
}

function worldOf(cluster: FakeCluster): RecordingWorld {
  const events: DeployEvent[] = [];
  const delivered: string[] = [];
  return {
    events,
    delivered,
    clock: fakeClock(),
    holder: 'ann@laptop',
    connect: async () => cluster,
    report: (event) => void events.push(event),
    deliver: async (image, context) => void delivered.push(`${image} to ${context}`),
  };
}

/** A cluster whose controllers answer each apply of the Deployment with the given state, of which the watches then tell. */
function clusterWith(pods: readonly LivePod[], status: LiveDeployment['status'] = {}, more: readonly KubeObject[] = []): FakeCluster {
  const cluster = fakeCluster([namespaceNamed('ml'), replicaSet('old'), replicaSet('new'), ...pods, ...more]);
  const { apply, watch } = cluster;
  let tell = (_items: readonly KubeObject[]): void => undefined;
  return Object.assign(cluster, {
    watch: (...[query, onItems, signal]: Parameters<typeof watch>) => {
      if (query.resource.kind === 'Deployment') tell = onItems;
      return watch(query, onItems, signal);
    },
    apply: async (object: KubeObject) => {
      const applied = await apply(object);
      if (object.kind !== 'Deployment') return applied;
      cluster.objects.set('Deployment.apps ml/churn', deploymentWith(status));
      setImmediate(() => tell([deploymentWith(status)]));
      return applied;
    },
  });
}

const READY = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const readyPod = podLike({ ready: true, state: { running: {} } });

const problemsText = (action: Promise<unknown>): Promise<string> =>
  action.then(
    () => 'no problem',
    (error) => `${error.exit}\n${formatProblems(error.problems)}`,
  );

function servingCluster(prediction: unknown): FakeCluster {
  const cluster = clusterWith([readyPod], READY);
  cluster.answer = (_pod, request) => ({
    reached: true,
    status: 200,
    text: JSON.stringify(request.method === 'GET' ? { status: 'ready', model: { sha256: 'feed' } } : { predictions: [{ prediction }] }),
  });
  return cluster;
}

test('a deploy plans, loads the image, applies, waits, verifies, and says so', async () => {
  const cluster = servingCluster(1);
  const world = worldOf(cluster);
  await deployService(requestWith(), world);
  expect(world.events.map((event) => formatEvent(event, { colours: false })).join('\n')).toBe(
    [
      'deploy   churn to local (context lab, ns/ml)',
      'image    churn:2',
      'plan     create serviceaccount/churn',
      'plan     create configmap/churn',
      'plan     create service/churn',
      'plan     create networkpolicy/churn',
      'plan     create deployment/churn',
      'load     churn:2 into the cluster',
      'created  serviceaccount/churn',
      'created  configmap/churn',
      'created  service/churn',
      'created  networkpolicy/churn',
      'created  deployment/churn',
      'ready    1 pod after 0.0 s',
      'verified 1 golden prediction from 1 pod, as trained',
      'recorded revision 1',
      'deployed http://churn.ml:80 inside the cluster, in 0.0 s',
    ].join('\n'),
  );
  expect(world.delivered).toEqual(['churn:2 to lab']);
  expect(cluster.calls.slice(-4)).toEqual([
    'GET /health of churn-new-1',
    'POST /predict of churn-new-1',
    'apply configmap/churn.applyset',
    'close',
  ]);
});

test('a dry run applies nothing and loads nothing', async () => {
  const cluster = servingCluster(1);
  const world = worldOf(cluster);
  expect(await deployService(requestWith({ dryRun: true }), world)).toMatchObject({ outcome: 'planned' });
  expect([cluster.calls, world.delivered]).toEqual([['close'], []]);
});

test('an image that cannot be loaded for want of a local cluster is told so, and the cluster that answers is not called out of reach', async () => {
  const world = worldOf(servingCluster(1));
  const deliver = async (image: string) =>
    void (await loadImage(image, { name: 'absent' }, { env: { HOME: '/nowhere' }, log: () => undefined }));
  expect(await problemsText(deployService(requestWith(), { ...world, deliver }))).toBe(
    'preflight\n' +
      'no-local-cluster  cluster absent: this machine runs no cluster of this name, so there is no node to bring the image to\n' +
      '          start it ("npx modelyard cluster up"); for a cluster elsewhere, take "delivery: load" out of its environment in modelyard.yaml',
  );
  expect(world.events.find(({ type }) => type === 'left')).toEqual({
    type: 'left',
    service: 'churn',
    because: 'there is no earlier revision to roll back to',
  });
});

test('a protected environment is left alone until the deploy is confirmed', async () => {
  const environment = { ...requestWith().environment, protected: true, name: 'production' };
  expect(await problemsText(deployService(requestWith({ environment }), worldOf(servingCluster(1))))).toBe(
    'input\n' +
      'protected-environment  modelyard.yaml: environment "production" is protected, and a deploy changes it\n' +
      '          look with --dry-run first, then pass --yes',
  );
  expect(await deployService(requestWith({ environment, yes: true }), worldOf(servingCluster(1)))).toMatchObject({ outcome: 'deployed' });
});

test('at a terminal a protected environment asks for its name, and goes on when it is typed', async () => {
  const environment = { ...requestWith().environment, protected: true, name: 'production' };
  const answering = (answer: string, asked: string[] = []) => ({
    ...worldOf(servingCluster(1)),
    ask: async (question: string) => {
      asked.push(question);
      return answer;
    },
  });
  const asked: string[] = [];
  expect(await deployService(requestWith({ environment }), answering('production\n', asked))).toMatchObject({ outcome: 'deployed' });
  expect(asked).toEqual(['environment "production" is protected (context lab, ns/ml), and a deploy changes it; type its name to go on: ']);
  expect(await problemsText(deployService(requestWith({ environment }), answering('yes')))).toBe(
    'input\n' +
      'protected-environment  modelyard.yaml: "yes" is not the name of the environment "production"\n' +
      '          nothing was changed; start again to go on',
  );
  expect(await deployService(requestWith({ environment, dryRun: true }), answering('', asked))).toMatchObject({ outcome: 'planned' });
  expect(asked.length).toBe(1);
});

test('a prediction that differs from training fails the deploy with both answers', async () => {
  expect(await problemsText(deployService(requestWith(), worldOf(servingCluster(0))))).toBe(
    'rollout\n' +
      'prediction-differs  pod/churn-new-1 in ns/ml: 1 of 1 golden predictions differ from training by more than 0.000001\n' +
      '          train and build again in the same commit; the image, or its configuration, is not what was trained\n' +
      '          | golden row 1: trained {"prediction":1}, served {"prediction":0}',
  );
});

test('another model than the one that was trained fails the deploy', async () => {
  const lock = { ...LOCK, modelSha: 'beefbeefbeefbeef' };
  expect(await problemsText(deployService(requestWith({ modelLock: lock }), worldOf(servingCluster(1))))).toBe(
    'rollout\n' +
      'model-differs  pod/churn-new-1 in ns/ml: the pod serves the model feed, model.lock.json names beefbeefbeef\n' +
      '          build the image again after training, then deploy that one',
  );
});

test('a crash is told with the log of the container that ended, and the events', async () => {
  const lastState = { terminated: { exitCode: 1, reason: 'Error' } };
  const pod = podLike({ restarts: 2, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState });
  const cluster = clusterWith([pod], {}, [podEvent('BackOff', 'Back-off restarting failed container model')]);
  cluster.log = (_pod, previous) => (previous ? ['Traceback (most recent call last):', 'KeyError: "model"'] : ['starting']);
  expect(await problemsText(deployService(requestWith(), worldOf(cluster)))).toBe(
    'rollout\n' +
      'crash  pod/churn-new-1 in ns/ml: the container ended with exit code 1, 3 times\n' +
      '          read the log below; the same image starts with "docker run --read-only --tmpfs /tmp --cap-drop ALL <image>"\n' +
      '          | log of pod/churn-new-1, last 2 lines:\n' +
      '          |   Traceback (most recent call last):\n' +
      '          |   KeyError: "model"\n' +
      '          | events:\n' +
      '          |   BackOff pod/churn-new-1: Back-off restarting failed container model',
  );
});

test('a /health that answers 503 is asked for its reason', async () => {
  const pod = podLike({ state: { running: {} } });
  const cluster = clusterWith([pod], {}, [podEvent('Unhealthy', 'Startup probe failed: HTTP probe failed with statuscode: 503')]);
  cluster.answer = () => ({ reached: true, status: 503, text: '{"status":"unavailable","reason":{"code":"model-hash"}}' });
  expect(await problemsText(deployService(requestWith(), worldOf(cluster)))).toBe(
    'rollout\n' +
      'not-healthy  pod/churn-new-1 in ns/ml: GET /health answers 503: {"status":"unavailable","reason":{"code":"model-hash"}}\n' +
      '          /health names the reason; for a slow model raise model.loadBudgetSeconds, for another one train and build again\n' +
      '          | events:\n' +
      '          |   Unhealthy pod/churn-new-1: Startup probe failed: HTTP probe failed with statuscode: 503',
  );
});

test('a rollout that never ends is given up at its deadline', async () => {
  const request = requestWith({ timeoutSeconds: 120 });
  expect(await problemsText(deployService(request, worldOf(clusterWith([podLike()]))))).toBe(
    'timeout\n' +
      'not-ready  deployment/churn in ns/ml: 0/1 ready after 120 s\n' +
      '          raise model.loadBudgetSeconds in model-service.yaml, or wait longer: --timeout (with Nx, --timeoutSeconds)',
  );
});

test('an interrupted wait says what stays and how to go on', async () => {
  const interruption = new AbortController();
  const report = (event: DeployEvent) => event.type === 'waiting' && interruption.abort();
  const world = { ...worldOf(clusterWith([podLike()])), report, signal: interruption.signal };
  expect(await problemsText(deployService(requestWith(), world))).toBe(
    'interrupted\n' +
      'interrupted  deployment/churn in ns/ml: stopped while the rollout was under way; what was applied stays\n' +
      '          deploy again to carry on, or look with "npx nx run churn:status"',
  );
});

test('an interrupted deploy begins nothing more', async () => {
  const cluster = clusterWith([podLike()]);
  const interruption = new AbortController();
  const report = (event: DeployEvent) => event.type === 'applied' && interruption.abort();
  const world = { ...worldOf(cluster), report, signal: interruption.signal };
  expect(await problemsText(deployService(requestWith(), world))).toBe(
    'interrupted\n' +
      'interrupted  churn in ns/ml: stopped before everything was applied; what was applied stays\n' +
      '          deploy again to carry on, or look with "npx nx run churn:status"',
  );
  expect(cluster.calls).not.toContain('apply deployment/churn');
});

test('a service without a model lock is deployed, and said to be unproved', async () => {
  const { modelLock: _none, ...request } = requestWith();
  const world = worldOf(servingCluster(1));
  expect(await deployService(request, world)).toMatchObject({ outcome: 'deployed', verifiedRows: 0 });
  expect(world.events).toContainEqual({ type: 'not-verified', because: 'there is no model.lock.json with golden rows' });
});

test('destroy gives up on objects that do not go', async () => {
  const { metadata, ...deployment } = deploymentWith();
  const labels = { 'app.kubernetes.io/instance': 'churn', 'app.kubernetes.io/managed-by': 'modelyard' };
  const cluster = fakeCluster([{ ...deployment, metadata: { ...metadata, labels } }]);
  Object.assign(cluster, { remove: async () => true });
  expect(await problemsText(destroyService({ ...requestWith(), yes: false }, worldOf(cluster)))).toBe(
    'timeout\n' +
      'not-gone  ns/ml: deployment/churn still there after 120 s\n' +
      '          their pods are still stopping, or a finalizer holds them: kubectl describe shows which',
  );
});

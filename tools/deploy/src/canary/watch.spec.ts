import { ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { type KubeObject, keyOf, refOf } from '../kube/index.ts';
import { renderManifests } from '../manifests/index.ts';
import type { DeployEvent } from '../report/index.ts';
import { type FakeCluster, fakeClock, fakeCluster } from '../testing/fake-cluster.ts';
import { specOf } from '../testing/specs.ts';
import type { World } from '../world.ts';
import type { Canary } from './canary.ts';
import { watchStep } from './watch.ts';

const CANARY: Canary = {
  release: {
    service: 'churn',
    environment: { name: 'lab', context: 'lab', namespace: 'ml', createNamespace: false, protected: false, delivery: 'push' },
    objects: renderManifests(specOf(), { namespace: 'ml', environment: 'lab', image: 'churn:2' }),
    image: 'churn:2',
    port: 8000,
    timeoutSeconds: 60,
    isTimeOfStep: false,
  },
  hash: 'feed',
  steps: [{ weight: 50, seconds: 30 }],
  maxErrorRate: 0.01,
  stable: { revision: 1, at: '', by: 'ann', image: 'churn:1', hash: 'beef', port: 8000, objects: [] },
  stableReplicas: 2,
  mode: 'replicas',
  foundWeight: 50,
  foundPods: 1,
  isLeaving: false,
};

const podLike = (name: string, { ready = true, restarts = 0 } = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ml', labels: { 'app.kubernetes.io/instance': 'churn', 'app.kubernetes.io/name': 'churn-canary' } },
  status: { containerStatuses: [{ name: 'model', ready, restartCount: restarts }] },
});
const put = (cluster: FakeCluster, ...pods: KubeObject[]) => {
  for (const pod of pods) cluster.objects.set(keyOf(refOf(pod)), pod);
};

/** Watches the one step with two pods; `happens` is called at each look, by its number. */
async function watchWith(happens: (look: number, cluster: FakeCluster) => void) {
  const cluster = fakeCluster([podLike('a'), podLike('b')]);
  cluster.log = (pod, previous) => [`${previous ? 'previous' : 'present'} log of ${pod}`];
  const clock = fakeClock();
  const events: DeployEvent[] = [];
  const world: World = { clock, holder: 'test', report: (event) => events.push(event), connect: async () => cluster };
  let look = 0;
  const readOrder = async () => {
    happens(++look, cluster);
    return undefined;
  };
  const outcome = await watchStep(cluster, CANARY, 0, world, readOrder).catch((error: unknown) => {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  });
  return { outcome, seconds: clock.nowMs() / 1000, events };
}

test('a step without a fault passes when its time is up', async () => {
  expect(await watchWith(() => undefined)).toEqual({
    outcome: 'passed',
    seconds: 30,
    events: [{ type: 'canary-checked', step: 1, steps: 1, pods: 2, rows: 0, errors: 'unknown' }],
  });
});

test('a pod that was started again ends the step at once, with the log of what ended', async () => {
  const { outcome, seconds } = await watchWith((look, cluster) => look === 2 && put(cluster, podLike('b', { restarts: 1 })));
  expect(seconds).toBe(4);
  expect(outcome).toEqual([
    {
      code: 'canary-restarted',
      where: 'pod/b in ns/ml',
      what: 'its container ended and was started again while requests went to it',
      remedy: 'read the log below; under load the new version does not stay up',
      details: ['log of pod/b, last 1 lines:', '  previous log of b'],
    },
  ]);
});

test('a pod that is not ready gets a grace, no ready pod at all none', async () => {
  const one = await watchWith((_look, cluster) => put(cluster, podLike('b', { ready: false })));
  expect([one.seconds, one.outcome]).toEqual([10, [expect.objectContaining({ code: 'canary-unready', where: 'pod/b in ns/ml' })]]);
  const moved = await watchWith((look, cluster) => put(cluster, podLike('b', { ready: look % 4 === 0 })));
  expect(moved.outcome).toBe('passed');
  const none = await watchWith((_look, cluster) => put(cluster, podLike('a', { ready: false }), podLike('b', { ready: false })));
  expect([none.seconds, none.outcome]).toEqual([
    2,
    [expect.objectContaining({ what: '0 of 2 pods of the canary are ready while requests go to them' })],
  ]);
});

/** At each look, both pods have answered 70 requests well, and from this look on 30 with 500. */
const failingFrom =
  (first: number) =>
  (look: number, cluster: FakeCluster): void => {
    const failed = look < first ? 0 : 30;
    const text = `http_requests_total{path="/predict",status="200"} 70\nhttp_requests_total{path="/predict",status="500"} ${failed}\n`;
    cluster.answer = (_pod, request) => ({ reached: true, status: 200, text: request.path === '/metrics' ? text : '' });
  };

test('too many errors end the step before its time: in its first ten seconds at once, then within ten more', async () => {
  expect((await watchWith(failingFrom(2))).seconds).toBe(4);
  const { outcome, seconds } = await watchWith(failingFrom(7));
  expect(seconds).toBe(20);
  expect(outcome).toEqual([
    expect.objectContaining({
      code: 'canary-errors',
      what: '60 of 200 requests to the canary were answered with 5xx (30 %, at most 1 %)',
    }),
  ]);
});

test('an API server that is away for a while is waited for, and not for ever', async () => {
  const away = () => {
    throw new ProblemError([{ code: 'no-cluster', where: 'lab', what: 'no answer', remedy: 'wait' }], 'preflight');
  };
  expect(await watchWith((look) => look > 3 && look < 20 && away())).toMatchObject({ outcome: 'passed', seconds: 40 });
  const { outcome, seconds } = await watchWith((look) => look > 3 && away());
  expect(seconds).toBe(126);
  expect(outcome).toEqual([expect.objectContaining({ code: 'canary-unseen' })]);
});

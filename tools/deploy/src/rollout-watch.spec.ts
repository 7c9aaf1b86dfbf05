import { expect, test } from 'vitest';
import type { Query } from './cluster/index.ts';
import type { KubeObject, LivePod } from './kube/index.ts';
import { podAsJudged, watchRollout } from './rollout-watch.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { deploymentWith, podEvent, podLike } from './testing/rollouts.ts';

/** The queries of a rollout's watches, by kind. */
function queriesOf(name: string): Record<string, Query> {
  const queries: Record<string, Query> = {};
  const cluster = fakeCluster();
  Object.assign(cluster, { watch: async (query: Query) => void (queries[query.resource.kind] = query) });
  watchRollout(cluster, 'ml', name, new AbortController().signal);
  return queries;
}

test('the watch of a service reads its own objects, and of events only those to come', () => {
  const { Deployment, ReplicaSet, Pod, Event } = queriesOf('churn');
  expect([Deployment?.fieldSelector, ReplicaSet?.labelSelector, Pod?.labelSelector]).toEqual([
    'metadata.name=churn',
    'app.kubernetes.io/name=churn',
    'app.kubernetes.io/name=churn',
  ]);
  expect(Event).toMatchObject({ namespace: 'ml', onlyNew: true });
  expect(Event?.keep?.(podEvent('Unhealthy', 'probe failed', 'fraud-5d4-1'))).toBeUndefined();
  expect(Event?.keep?.(podEvent('Unhealthy', 'probe failed', 'churn-5d4-1'))).toMatchObject({ reason: 'Unhealthy' });
});

test('of a pod is kept what it is judged by, which is a small part of it', () => {
  const pod = podLike({ restarts: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } });
  const env = Array.from({ length: 100 }, (_, index) => ({ name: `VARIABLE_${index}`, value: 'x'.repeat(40) }));
  const managedFields = [
    { manager: 'kubelet', operation: 'Update', fieldsV1: Object.fromEntries(env.map((one) => [`f:${one.name}`, {}])) },
  ];
  const whole = {
    ...pod,
    metadata: { ...pod.metadata, managedFields },
    spec: { ...pod.spec, volumes: env, containers: pod.spec?.containers?.map((one) => ({ ...one, env })) },
  } as LivePod;
  const kept = podAsJudged(whole) as LivePod;
  expect(kept).toEqual(pod);
  expect(JSON.stringify(kept).length).toBeLessThan(JSON.stringify(whole).length / 10);
});

test('once a Deployment was applied, the one before it does not count any more, whatever the watch still tells', async () => {
  const versioned = (resourceVersion: string, replicas: number): KubeObject => {
    const deployment = deploymentWith({}, replicas);
    return { ...deployment, metadata: { ...deployment.metadata, resourceVersion } };
  };
  const cluster = fakeCluster([versioned('9', 1)]);
  let tell: (items: readonly KubeObject[]) => void = () => undefined;
  const watchFirst = async ({ resource }: Query, onItems: typeof tell) => {
    if (resource.kind === 'Deployment') tell = onItems;
  };
  Object.assign(cluster, { watch: watchFirst });
  const watch = watchRollout(cluster, 'ml', 'churn', new AbortController().signal);
  const replicas = () => watch.current().deployment?.spec.replicas;
  tell([versioned('9', 1)]);
  expect(replicas()).toBe(1);
  cluster.objects.set('Deployment.apps ml/churn', versioned('10', 2));
  const news = watch.changed();
  watch.renew();
  expect(replicas()).toBeUndefined();
  await news;
  expect(replicas()).toBe(2);
  tell([versioned('9', 1)]);
  expect(replicas()).toBe(2);
  tell([versioned('11', 3)]);
  expect(replicas()).toBe(3);
});

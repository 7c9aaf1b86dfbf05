import { expect, test } from 'vitest';
import { destroyService } from './destroy.ts';
import { renderParent } from './inventory/apply-set.ts';
import { applySetOf } from './inventory/index.ts';
import type { KubeObject } from './kube/index.ts';
import { fakeClock, fakeCluster } from './testing/fake-cluster.ts';

const LABELS = { 'app.kubernetes.io/instance': 'churn', 'app.kubernetes.io/managed-by': 'modelyard' };
const owned = (apiVersion: string, kind: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'churn', namespace: 'ml', labels: LABELS },
});
const INSIDE = [owned('apps/v1', 'Deployment'), owned('v1', 'Service')];
const ENTRANCES = [owned('networking.k8s.io/v1', 'Ingress'), owned('gateway.networking.k8s.io/v1', 'HTTPRoute')];
const KINDS = ['Deployment.apps', 'HTTPRoute.gateway.networking.k8s.io', 'Ingress.networking.k8s.io', 'Service'];
const REQUEST = {
  service: 'churn',
  environment: { name: 'lab', context: 'lab', namespace: 'ml', createNamespace: false, protected: false, delivery: 'load' },
  kubeconfigs: ['/nowhere'],
  yes: false,
} as const;

/** When each object is removed, in milliseconds; `onRemoved` is called after each. */
async function destroyOf(objects: readonly KubeObject[], signal?: AbortSignal, onRemoved: () => void = () => undefined) {
  const cluster = fakeCluster([...objects, renderParent(applySetOf('churn', 'ml'), KINDS, LABELS, {})]);
  const clock = fakeClock();
  const { remove } = cluster;
  const removed: Record<number, string[]> = {};
  cluster.remove = async (ref) => {
    const moment = clock.nowMs();
    removed[moment] = [...(removed[moment] ?? []), ref.kind];
    onRemoved();
    return remove(ref);
  };
  const world = { clock, holder: 'test', report: () => undefined, connect: async () => cluster, ...(signal ? { signal } : {}) };
  const outcome = await destroyService(REQUEST, world).then(
    () => 'gone',
    (error) => error.exit,
  );
  return { outcome, removed };
}

test('what leads requests to the service goes a second before the service, so that no proxy asks for pods that are gone', async () => {
  expect(await destroyOf([...INSIDE, ...ENTRANCES])).toEqual({
    outcome: 'gone',
    removed: { 0: ['HTTPRoute', 'Ingress'], 1000: ['Deployment', 'Service', 'ConfigMap', 'Lease'] },
  });
});

test('a service that nothing leads to goes at once', async () => {
  expect(await destroyOf(INSIDE)).toEqual({ outcome: 'gone', removed: { 0: ['Deployment', 'Service', 'ConfigMap', 'Lease'] } });
});

test('a destroy that is stopped after the route went leaves the service, and says so', async () => {
  const stop = new AbortController();
  expect(await destroyOf([...INSIDE, ...ENTRANCES], stop.signal, () => stop.abort())).toMatchObject({
    outcome: 'interrupted',
    removed: { 0: ['HTTPRoute', 'Ingress'] },
  });
});

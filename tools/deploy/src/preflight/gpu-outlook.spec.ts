import { ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { type FakeCluster, fakeCluster } from '../testing/fake-cluster.ts';
import { asking, gpuNode, placedPod } from '../testing/nodes.ts';
import { type GpuDemand, gpuDemandOf } from './gpu-demand.ts';
import { lookAtGpus } from './gpu-outlook.ts';
import { withRuntimeClass } from './runtime-class.ts';
import type { SchedulingSpec } from './scheduling.ts';

const PLACE = { service: 'churn', namespace: 'ml', selector: { 'app.kubernetes.io/name': 'churn' } };
const demandFor = (replicas: number, pod: SchedulingSpec = asking(1)) => gpuDemandOf(pod, replicas) as GpuDemand;

/** A cluster that does not let us list a kind, or lists what the test says. */
function clusterWithout(kinds: readonly string[], objects: readonly KubeObject[]): FakeCluster {
  const cluster = fakeCluster(objects);
  const { list } = cluster;
  const forbidden = { code: 'forbidden', where: 'nodes', what: 'no', remedy: 'ask' };
  return Object.assign(cluster, {
    list: async (query: Parameters<typeof list>[0]) => {
      if (kinds.includes(query.resource.kind)) throw new ProblemError([forbidden], 'preflight');
      return list(query);
    },
  });
}

const codes = (notes: readonly { code: string }[]) => notes.map((note) => note.code);

test('places are counted over all nodes, and the own pods among them', async () => {
  const pods = [
    placedPod('a', 'n1', asking(1), 'churn'),
    placedPod('b', 'n1', asking(3), 'fraud'),
    placedPod('c', 'n2', asking(1), 'churn'),
  ];
  const outlook = await lookAtGpus(fakeCluster([gpuNode('n1'), gpuNode('n2'), ...pods]), demandFor(2), PLACE);
  expect(outlook).toEqual({ running: 2, free: 3, allocatable: 8, notes: [], room: { free: 3, whole: 5 } });
});

test('the place of an own pod that leaves counts as free, that of another service does not', async () => {
  const leaving = (name: string, owner: string) => {
    const pod = placedPod(name, 'n1', asking(2), owner);
    return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  };
  const outlook = await lookAtGpus(fakeCluster([gpuNode('n1'), leaving('a', 'churn'), leaving('b', 'fraud')]), demandFor(1), PLACE);
  expect(outlook).toMatchObject({ running: 0, free: 2, room: { free: 2, whole: 2 } });
});

test('without the pods of others it is not known what is free, but what can never fit is still refused', async () => {
  const cluster = clusterWithout(['Pod'], [gpuNode('n1')]);
  const outlook = await lookAtGpus(cluster, demandFor(2), PLACE);
  expect([outlook.room, codes(outlook.notes)]).toEqual([undefined, ['gpus-unseen']]);
  await expect(lookAtGpus(cluster, demandFor(5), PLACE)).rejects.toThrow('the cluster has room for 4');
});

test('a priority may make room by itself, so the lack of it is told and stops nothing', async () => {
  const pod = { ...asking(1), priorityClassName: 'serving' };
  const outlook = await lookAtGpus(fakeCluster([gpuNode('n1')]), demandFor(5, pod), PLACE);
  expect(outlook.notes[0]).toMatchObject({
    code: 'no-gpu-room',
    what: '5 pods of 1 nvidia.com/gpu each are wanted; the cluster has room for 4',
    remedy: 'pods of a lower priority than "serving" may have to leave for it',
  });
});

test('a resource that no node offers is told with those that there are, and pools with their taints', async () => {
  const taints = [{ key: 'team', effect: 'NoSchedule' }];
  const nodes = [
    gpuNode('n1', { gpus: 0, offers: { 'nvidia.com/mig-1g.10gb': '3' } }),
    gpuNode('n2', { pool: 't4', taints }),
    gpuNode('n3', { pool: 'lab', taints }),
  ];
  const remedyOf = async (resource: string) =>
    (await lookAtGpus(fakeCluster(nodes), demandFor(1, asking(1, resource)), PLACE).catch(
      (error: ProblemError) => error.problems[0]?.remedy,
    )) as string;
  expect(await remedyOf('nvidia.com/mig-2g.20gb')).toBe(
    'no node offers nvidia.com/mig-2g.20gb: ask for nvidia.com/gpu or nvidia.com/mig-1g.10gb in deploy.gpu.resource, or add nodes that offer it',
  );
  expect(await remedyOf('nvidia.com/gpu')).toBe(
    'if pool lab, pool t4 may be used, tolerate their taints in deploy.tolerations: room for 8 more pods; or free GPUs or add nodes',
  );
});

test('the nodes that the spec asks for come first: uncordoned, tolerated or mended, before the nodeSelector is widened', async () => {
  const pod = { ...asking(1), nodeSelector: { team: 'risk' } };
  const ours = { labels: { team: 'risk' }, pool: 'ours' };
  const drained = [{ key: 'maintenance', effect: 'NoExecute' }];
  const remedyOf = async (...nodes: KubeObject[]) =>
    (await lookAtGpus(fakeCluster(nodes), demandFor(1, pod), PLACE).catch((error: ProblemError) => error.problems[0]?.remedy)) as string;
  const others = gpuNode('n9', { pool: 'others', gpus: 8 });
  expect(await remedyOf(gpuNode('n1', { ...ours, cordoned: true }), others)).toBe(
    'uncordon pool ours ("kubectl uncordon"): room for 4 more pods; or widen deploy.nodeSelector to take in pool others: room for 8 more pods; or free GPUs or add nodes',
  );
  expect(await remedyOf(gpuNode('n1', { ...ours, taints: drained }), others)).toBe(
    'if pool ours may be used, tolerate its taint in deploy.tolerations: room for 4 more pods; or widen deploy.nodeSelector to take in pool others: room for 8 more pods; or free GPUs or add nodes',
  );
  expect(await remedyOf(gpuNode('n1', { ...ours, taints: drained, cordoned: true }))).toBe(
    'uncordon pool ours ("kubectl uncordon") and, if pool ours may be used, tolerate its taint in deploy.tolerations: room for 4 more pods; or free GPUs or add nodes',
  );
  const pressed = [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }];
  expect(await remedyOf(gpuNode('n1', { ...ours, taints: pressed }))).toBe(
    'mend what pool ours is marked for ("kubectl describe nodes" says it): room for 4 more pods; or free GPUs or add nodes',
  );
  expect(await remedyOf(gpuNode('n1', { ...ours, ready: false }))).toBe(
    'bring pool ours back (its nodes are not ready): room for 4 more pods; or free GPUs or add nodes',
  );
});

test('a share of a GPU is told to be no more than a share', async () => {
  const shared = gpuNode('n1', { labels: { 'nvidia.com/gpu.replicas': '4', 'nvidia.com/gpu.product': 'NVIDIA-A10-SHARED' } });
  const outlook = await lookAtGpus(fakeCluster([shared]), { ...demandFor(1, asking(2)), memoryMiB: 6000 }, PLACE);
  expect(outlook.notes).toEqual([
    {
      code: 'gpu-shares',
      what: '2 nvidia.com/gpu of a shared GPU are no more computing power than 1, and the device plugin may refuse the pod',
      remedy: 'ask for 1 in deploy.gpus',
    },
    {
      code: 'gpu-memory-shared',
      what: 'up to 4 pods share the memory of one GPU, and nothing keeps them apart',
      remedy: 'leave room for the others: the model needs 6000 MiB',
    },
  ]);
});

test('a runtime class brings its nodes, tolerations and overhead with it', async () => {
  const nvidia = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'nvidia' },
    overhead: { podFixed: { cpu: '100m' } },
    scheduling: { nodeSelector: { runtime: 'nvidia' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
  };
  const pod = await withRuntimeClass(fakeCluster([nvidia]), { ...asking(1), runtimeClassName: 'nvidia' }, 'churn');
  expect(pod).toMatchObject({
    nodeSelector: { runtime: 'nvidia' },
    tolerations: [{ key: 'gpu', operator: 'Exists' }],
    overhead: { cpu: '100m' },
  });
  const unseen = clusterWithout(['RuntimeClass'], []);
  expect(await withRuntimeClass(unseen, { runtimeClassName: 'nvidia' }, 'churn')).toEqual({ runtimeClassName: 'nvidia' });
});

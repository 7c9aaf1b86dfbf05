import { type Problem, ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { type FakeCluster, fakeCluster } from '../testing/fake-cluster.ts';
import { asking } from '../testing/nodes.ts';
import { type GpuDemand, gpuDemandOf } from './gpu-demand.ts';
import { noteUnlessLasting } from './growth.ts';

const DEMAND = gpuDemandOf(asking(1), 1) as GpuDemand;
const PROBLEM: Problem = { code: 'no-gpu-room', where: 'churn', what: 'no room', remedy: 'free GPUs', details: ['pool a10'] };

const STATUS = 'autoscalerStatus: Running\nnodeGroups:\n- name: a10\n  health: {cloudProviderTarget: 4, maxSize: 4}\n';
const fullGroup: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cluster-autoscaler-status', namespace: 'kube-system' },
  data: { status: STATUS },
};

/** A cluster that answers requests for some kinds with a problem of that code. */
function clusterRefusing(refused: Readonly<Record<string, string>>, objects: readonly KubeObject[] = []): FakeCluster {
  const cluster = fakeCluster(objects);
  const { read, list } = cluster;
  const expectAllowed = (kind: string): void => {
    const code = refused[kind];
    if (code) throw new ProblemError([{ code, where: kind, what: 'no', remedy: 'ask' }], 'preflight');
  };
  return Object.assign(cluster, {
    read: async (ref: Parameters<typeof read>[0]) => {
      expectAllowed(ref.kind);
      return read(ref);
    },
    list: async (query: Parameters<typeof list>[0]) => {
      expectAllowed(query.resource.kind);
      return list(query);
    },
  });
}

const lookedAt = (refused: Readonly<Record<string, string>>, objects: readonly KubeObject[] = []) =>
  noteUnlessLasting(clusterRefusing(refused, objects), DEMAND, PROBLEM);

test.each([
  [{ ConfigMap: 'forbidden' }, 'read configmap cluster-autoscaler-status in ns/kube-system'],
  [{ NodePool: 'forbidden' }, 'list nodepools'],
  [{ ConfigMap: 'forbidden', NodePool: 'forbidden' }, 'read configmap cluster-autoscaler-status in ns/kube-system or list nodepools'],
])('where autoscalers may not be looked at, the lack of room is a note that names the missing right (%j)', async (refused, right) => {
  expect(await lookedAt(refused)).toEqual([
    {
      code: 'no-gpu-room',
      what: 'no room',
      remedy: `whether an autoscaler adds nodes could not be seen: these credentials may not ${right}; if none does, free GPUs`,
      details: ['pool a10'],
    },
  ]);
});

test('where no autoscaler was seen, or one whose groups are full, the lack of room is a problem', async () => {
  await expect(lookedAt({ NodePool: 'unknown-kind' })).rejects.toThrow('no room');
  await expect(lookedAt({ NodePool: 'forbidden' }, [fullGroup])).rejects.toThrow('no room');
});

test('a server that fails is no missing right', async () => {
  await expect(lookedAt({ ConfigMap: 'no-api-server' })).rejects.toMatchObject({ problems: [{ code: 'no-api-server' }] });
});

import { formatProblems, type ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import type { KubeObject, LiveDeployment } from '../kube/index.ts';
import { fakeCluster } from '../testing/fake-cluster.ts';
import { asking } from '../testing/nodes.ts';
import { deploymentWith } from '../testing/rollouts.ts';
import { lookAtAskedRollout } from './asked-rollout.ts';
import { NO_CANARY } from './canary-pods.ts';
import { type GpuDemand, gpuDemandOf } from './gpu-demand.ts';
import type { Outlook, Subject } from './outlook.ts';

const PLACE = { service: 'churn', namespace: 'ml', selector: { app: 'churn' } };
const ONE_BY_ONE = { maxSurge: 1, maxUnavailable: 0 };

/** A Deployment of another image than the one that runs. */
function subjectOf(replicas: number, running: number, more: Partial<Subject> = {}): Subject {
  const live = deploymentWith({ replicas: running }, running);
  const template = { spec: { containers: [{ name: 'model', image: 'churn:3' }] } };
  const desired: LiveDeployment = { ...live, spec: { ...live.spec, replicas, template } };
  return {
    place: PLACE,
    where: 'churn in ns/ml',
    replicas,
    pod: asking(1),
    strategy: ONE_BY_ONE,
    desired,
    live,
    canary: NO_CANARY,
    ...more,
  };
}

/** GPUs that are free beside the pods that run. */
function gpusFree(free: number, running: number, notes: Outlook['notes'] = []): Outlook {
  const gpus = { room: { free, whole: free + running }, running, free, allocatable: free + running, notes };
  return { notes, demand: gpuDemandOf(asking(1), 1) as GpuDemand, gpus, running, admitted: Number.POSITIVE_INFINITY, bounds: [] };
}

/** A quota of so many pods, all of them of the service. */
function quotaOf(pods: number, used: number): Outlook {
  const bounds = [{ quota: 'team', key: 'pods', hard: pods, used, perPod: 1 }];
  return { notes: [], running: used, admitted: pods - used, bounds };
}

const look = (subject: Subject, outlook: Outlook, objects: readonly KubeObject[] = []) =>
  lookAtAskedRollout(fakeCluster(objects), subject, outlook).catch((error: ProblemError) => formatProblems(error.problems));

const REMEDY = 'leave deploy.rollout out, so that the way is chosen by the room there is, or set its maxUnavailable to 1 and maxSurge to 0';
const refusal = (lack: string) =>
  `rollout-deadlock  churn in ns/ml: deploy.rollout lets no pod leave before a new one runs, and ${lack}\n          ${REMEDY}`;

test('a full pool has no place for the new pod that has to run first', async () => {
  expect(await look(subjectOf(2, 2), gpusFree(0, 2))).toBe(refusal('there is no room for 1 more pod: 0 of 2 nvidia.com/gpu free'));
  expect(await look(subjectOf(2, 2), gpusFree(1, 2))).toEqual([]);
});

test('a service that grows takes its places first, and then needs one more', async () => {
  expect(await look(subjectOf(4, 2), gpusFree(2, 2))).toBe(refusal('there is no room for 3 more pods: 2 of 4 nvidia.com/gpu free'));
  expect(await look(subjectOf(4, 2), gpusFree(3, 2))).toEqual([]);
});

test('a service that shrinks has the places of those that leave', async () => {
  expect(await look(subjectOf(2, 3), gpusFree(0, 3))).toEqual([]);
});

test('growth without a new version replaces no pod', async () => {
  const { live, ...subject } = subjectOf(4, 2);
  const desired = { ...subject.desired, spec: { ...live?.spec, replicas: 4 } };
  expect(await look({ ...subject, live, desired }, gpusFree(2, 2))).toEqual([]);
});

test('where shares come to nothing on both sides, a pod leaves all the same', async () => {
  const quarter = (maxSurge: number) => subjectOf(3, 3, { strategy: { maxSurge, maxUnavailable: '25%' } });
  expect(await look(quarter(0), gpusFree(0, 3))).toEqual([]);
  expect(await look(quarter(1), gpusFree(0, 3))).toContain('rollout-deadlock');
});

test('the pods of a canary keep their places', async () => {
  const canary = { wanted: 2, running: 1 };
  expect(await look(subjectOf(2, 2, { canary }), gpusFree(1, 2))).toBe(
    refusal('there is no room for 1 more pod beside the canary: 1 of 3 nvidia.com/gpu free'),
  );
  expect(await look(subjectOf(2, 2, { canary }), gpusFree(2, 2))).toEqual([]);
});

test('a full quota stops such a rollout as well, with or without GPUs', async () => {
  expect(await look(subjectOf(2, 2), quotaOf(2, 2))).toBe(
    `${refusal('the quota has no room for 1 more pod')}\n          | resourcequota/team: pods 2 of 2 used, 1 more wanted`,
  );
  expect(await look(subjectOf(2, 2), { ...gpusFree(4, 2), ...quotaOf(2, 2) })).toContain('the quota has no room');
  expect(await look(subjectOf(2, 2), quotaOf(3, 2))).toEqual([]);
});

test('a pod of the service that is leaving gives its part of the quota back', async () => {
  const metadata = { name: 'churn-old-1', namespace: 'ml', labels: PLACE.selector, deletionTimestamp: '2026-01-01T00:00:00Z' };
  expect(await look(subjectOf(2, 2), quotaOf(3, 3), [{ apiVersion: 'v1', kind: 'Pod', metadata }])).toEqual([]);
});

test('where an autoscaler may add a node, the lack of a place is told and stops nothing', async () => {
  const pool = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: 'gpu' } };
  expect(await look(subjectOf(2, 2), gpusFree(0, 2), [pool])).toMatchObject([
    { code: 'rollout-deadlock', remedy: "an autoscaler may add nodes: Karpenter's gpu; the pods wait for them" },
  ]);
});

test('a pool without room for the pods themselves is told of once', async () => {
  const told = [{ code: 'no-gpu-room', what: 'no room', remedy: 'wait' }];
  expect(await look(subjectOf(4, 2), gpusFree(0, 2, told))).toEqual([]);
});

import type { FakeNode } from '@modelyard/cluster';
import { startTestControlPlane, type TestControlPlane } from '@modelyard/cluster/testing';
import { formatProblems } from '@modelyard/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectCluster } from '../cluster/index.ts';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import { destroyService } from '../destroy.ts';
import { formatEvent } from '../report/index.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import type { SpecSource } from '../testing/specs.ts';

const pool = (name: string) => ({ 'cloud.google.com/gke-nodepool': name });

/** Drivers before feature discovery had its new names. */
const OLD_DRIVER = {
  'nvidia.com/cuda.driver-version.full': '',
  'nvidia.com/cuda.driver-version.major': '',
  'nvidia.com/cuda.driver.major': '470',
  'nvidia.com/cuda.driver.minor': '82',
  'nvidia.com/cuda.driver.rev': '01',
  'nvidia.com/gpu.product': 'Tesla-T4',
  'nvidia.com/gpu.memory': '15360',
  'nvidia.com/gpu.compute.major': '7',
  'nvidia.com/gpu.compute.minor': '5',
};

/** A cluster as platform teams have it: two good nodes, an old pool, one that belongs to others, and a sliced A100. */
const NODES: readonly FakeNode[] = [
  { name: 'a10-1', gpus: 1, labels: pool('a10') },
  { name: 'a10-2', gpus: 1, labels: pool('a10') },
  { name: 't4-1', gpus: 2, labels: { ...pool('t4'), ...OLD_DRIVER } },
  { name: 'lab-1', gpus: 8, labels: pool('lab'), taints: [{ key: 'dedicated', value: 'research', effect: 'NoSchedule' }] },
  {
    name: 'a100-1',
    labels: { ...pool('a100'), 'nvidia.com/gpu.present': 'true', 'nvidia.com/mig-1g.5gb.memory': '4864' },
    capacity: { 'nvidia.com/mig-1g.5gb': '7' },
  },
  { name: 'cpu-1' },
];

let plane: TestControlPlane;

beforeAll(async () => {
  plane = await startTestControlPlane({ nodes: NODES });
});

afterAll(() => plane.stop());

/** A deploy to the cluster of this file, and what it reports. */
function deployTo(namespace: string, source: SpecSource, more: Partial<DeployRequest> = {}) {
  const request = requestFor(namespace, source, more);
  const environment = { ...request.environment, context: plane.context };
  const world = recordingWorld();
  const placed = { ...request, environment, kubeconfigs: [plane.kubeconfigPath] };
  const run = () => deployService(placed, world);
  const said = () =>
    world.events.filter(({ type }) => type === 'noted' || type === 'surge').map((event) => formatEvent(event, { colours: false }));
  const destroy = () => destroyService({ ...placed, yes: true }, recordingWorld());
  return { run, said, destroy, world };
}

const gpus = (replicas: number, env: Record<string, string> = {}): SpecSource => ({ deploy: { gpus: 1, replicas, env } });

test('on a full pool an old pod leaves first, and the rollout comes to its end; the same deploy again changes nothing', async () => {
  const first = deployTo('full', gpus(4));
  await first.run();
  expect(first.said()).toEqual([]);
  const second = deployTo('full', gpus(4, { MODE: 'strict' }));
  await second.run();
  expect(second.said()).toEqual(['surge    an old pod leaves before a new one starts: no room for 1 more pod: 0 of 4 nvidia.com/gpu free']);
  const again = deployTo('full', gpus(4, { MODE: 'strict' }));
  expect(new Set((await again.run()).plan.changes.map((change) => change.action))).toEqual(new Set(['keep']));
  expect(again.said()).toEqual([]);
});

test('a rollout whose spec lets no pod leave a full pool is refused, and what serves goes on; the two ways that the remedy names come to their end', async () => {
  const asked = (MODE: string, rollout: object): SpecSource => ({ deploy: { gpus: 1, replicas: 4, env: { MODE }, rollout } });
  for (const maxUnavailable of [0, '24%']) {
    const stuck = deployTo('full', asked('lax', { maxSurge: 1, maxUnavailable }));
    const error = await problemsOf(stuck.run());
    expect([error.exit, formatProblems(error.problems)]).toEqual([
      'preflight',
      `rollout-deadlock  churn in ns/full: deploy.rollout lets no pod leave before a new one runs, and there is no room for 1 more pod: 0 of 4 nvidia.com/gpu free
          leave deploy.rollout out, so that the way is chosen by the room there is, or set its maxUnavailable to 1 and maxSurge to 0`,
    ]);
    expect(stuck.world.events.map(({ type }) => type)).toEqual(['started']);
  }
  const same = deployTo('full', gpus(4, { MODE: 'strict' }));
  expect(await same.run()).toMatchObject({ outcome: 'deployed', revision: 2 });
  const named = deployTo('full', asked('lax', { maxSurge: 0, maxUnavailable: 1 }));
  expect(await named.run()).toMatchObject({ outcome: 'deployed', revision: 3 });
  expect(named.said()).toEqual([]);
  const chosen = deployTo('full', gpus(4, { MODE: 'strict' }));
  expect(await chosen.run()).toMatchObject({ outcome: 'deployed', revision: 4 });
  expect(chosen.said()).toEqual(['surge    an old pod leaves before a new one starts: no room for 1 more pod: 0 of 4 nvidia.com/gpu free']);
});

test('a service without room is refused with each pool, its numbers and who holds them', async () => {
  const error = await problemsOf(deployTo('late', { ...gpus(1), name: 'fraud' }, { service: 'fraud' }).run());
  expect(error.exit).toBe('preflight');
  expect(
    formatProblems(error.problems),
  ).toBe(`no-gpu-room  fraud in ns/late: 1 pod of 1 nvidia.com/gpu is wanted; the cluster has room for none
          if pool lab may be used, tolerate its taint in deploy.tolerations: room for 8 more pods; or free GPUs or add nodes
          | pool a10 (2 nodes, NVIDIA-A10 with 23028 MiB, driver 580.95.05, compute capability 8.6): 0 of 2 nvidia.com/gpu free, room for 0 pods
          |   held by churn in ns/full (2)
          | pool a100 (1 node)
          |   offers nvidia.com/mig-1g.5gb: 7, but no nvidia.com/gpu
          | pool lab (1 node, NVIDIA-A10 with 23028 MiB, driver 580.95.05, compute capability 8.6): 8 of 8 nvidia.com/gpu free, room for 0 pods
          |   taint dedicated=research:NoSchedule is not tolerated
          | pool t4 (1 node, Tesla-T4 with 15360 MiB, driver 470.82.01, compute capability 7.5): 0 of 2 nvidia.com/gpu free, room for 0 pods
          |   held by churn in ns/full (2)
          | 1 node without GPUs`);
});

test('growth beyond what is free and what is held is refused; the old pods go on', async () => {
  const error = await problemsOf(deployTo('full', gpus(5, { MODE: 'strict' })).run());
  expect(error.problems[0]?.what).toBe(
    '5 pods of 1 nvidia.com/gpu each are wanted; the cluster has room for 4, the 4 that run counted as leaving',
  );
});

test('an autoscaled service needs room for the fewest pods that it ever has', async () => {
  const scaled = (minReplicas: number) =>
    deployTo('scaled', { deploy: { gpus: 1, autoscaling: { minReplicas, maxReplicas: 9 } } }, { dryRun: true });
  await deployTo('full', gpus(4)).destroy();
  expect((await problemsOf(scaled(5).run())).problems[0]?.what).toBe(
    '5 pods of 1 nvidia.com/gpu each are wanted; the cluster has room for 4',
  );
  expect(await scaled(4).run()).toMatchObject({ outcome: 'planned' });
});

test('with a place free a new pod starts first, and that stays so', async () => {
  await deployTo('free', gpus(3)).run();
  const second = deployTo('free', gpus(3, { MODE: 'strict' }));
  await second.run();
  expect(second.said()).toEqual(['surge    a new pod starts before an old one leaves: there is room for 1 more pod']);
  const again = deployTo('free', gpus(3, { MODE: 'strict' }));
  expect(new Set((await again.run()).plan.changes.map((change) => change.action))).toEqual(new Set(['keep']));
  await deployTo('free', gpus(3)).destroy();
});

const tried = (replicas: number, env: Record<string, string> = {}): SpecSource => ({
  deploy: { gpus: 1, replicas, env, rollout: { canary: { steps: [{ weight: 10, seconds: 0 }] } } },
});

test('a canary that finds no place beside the pods that serve is refused before anything is sent, with the numbers', async () => {
  await deployTo('canary-full', tried(4)).run();
  const next = deployTo('canary-full', tried(4, { MODE: 'strict' }));
  const error = await problemsOf(next.run());
  expect([error.exit, formatProblems(error.problems)]).toEqual([
    'preflight',
    `no-gpu-room  churn in ns/canary-full: 5 pods of 1 nvidia.com/gpu each are wanted, 1 of them for the canary, beside which the others stay; the cluster has room for 4
          if pool lab may be used, tolerate its taint in deploy.tolerations: room for 8 more pods; or go without a canary (deploy.rollout.canary.enabled: false), free GPUs or add nodes
          | pool a10 (2 nodes, NVIDIA-A10 with 23028 MiB, driver 580.95.05, compute capability 8.6): 0 of 2 nvidia.com/gpu free, 2 held by this service, room for 2 pods
          | pool a100 (1 node)
          |   offers nvidia.com/mig-1g.5gb: 7, but no nvidia.com/gpu
          | pool lab (1 node, NVIDIA-A10 with 23028 MiB, driver 580.95.05, compute capability 8.6): 8 of 8 nvidia.com/gpu free, room for 0 pods
          |   taint dedicated=research:NoSchedule is not tolerated
          | pool t4 (1 node, Tesla-T4 with 15360 MiB, driver 470.82.01, compute capability 7.5): 0 of 2 nvidia.com/gpu free, 2 held by this service, room for 2 pods
          | 1 node without GPUs`,
  ]);
  expect(next.world.events.map(({ type }) => type)).toEqual(['started']);
  await deployTo('canary-full', gpus(4)).destroy();
});

test('a canary that takes the last place is promoted by pods that leave before new ones start', async () => {
  await deployTo('canary-last', tried(3)).run();
  const next = deployTo('canary-last', tried(3, { MODE: 'strict' }));
  expect(await next.run()).toMatchObject({ outcome: 'deployed', revision: 2 });
  expect(next.said()).toEqual([
    'surge    an old pod leaves before a new one starts: no room for 1 more pod beside the canary: 1 of 4 nvidia.com/gpu free',
  ]);
  await deployTo('canary-last', gpus(3)).destroy();
});

test("an image that a pool's driver is too old for finds no room there, and is told that nothing keeps it away", async () => {
  const cuda = { version: '12.6', minDriver: '525.60.13', computeCapability: { min: '5.0', max: '9.0' } };
  const wanting = (replicas: number): SpecSource => ({ ...gpus(replicas), accelerator: 'cuda', cuda });
  const error = await problemsOf(deployTo('driver', wanting(3)).run());
  expect(formatProblems(error.problems).split('\n').slice(0, 2)).toEqual([
    'no-gpu-room  churn in ns/driver: 3 pods of 1 nvidia.com/gpu each are wanted; the cluster has room for 2',
    '          if pool lab may be used, tolerate its taint in deploy.tolerations: room for 8 more pods; or set deploy.replicas to 2, free GPUs or add nodes',
  ]);
  expect(error.problems[0]?.details).toContain('  driver 470.82.01 is older than 525.60.13, which CUDA 12.6 needs');
  const dry = deployTo('driver', wanting(2), { dryRun: true });
  await dry.run();
  expect(dry.said()).toEqual([
    `note     unfit-gpus: nothing keeps the pods from nodes whose GPUs do not serve them
         name the nodes that do in deploy.nodeSelector
         | t4: driver 470.82.01 is older than 525.60.13, which CUDA 12.6 needs`,
  ]);
});

test('where an autoscaler may add nodes, the lack of room is told and stops nothing', async () => {
  const status = 'autoscalerStatus: Running\nnodeGroups:\n- name: a10-spot\n  health: {cloudProviderTarget: 0, minSize: 0, maxSize: 4}\n';
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cluster-autoscaler-status', namespace: 'kube-system' } };
  const cluster = await connectCluster({ environment: 'test', context: plane.context, kubeconfigs: [plane.kubeconfigPath] });
  try {
    await cluster.apply({ ...settings, data: { status } });
    const dry = deployTo('grows', { deploy: { gpus: 8 } }, { dryRun: true });
    await dry.run();
    expect(dry.said()[0]?.split('\n').slice(0, 2)).toEqual([
      'note     no-gpu-room: 1 pod of 8 nvidia.com/gpu is wanted; the cluster has room for none',
      '         an autoscaler may add nodes: node group a10-spot (0 of 4 nodes); the pods wait for them',
    ]);
    const real = deployTo('grows', { deploy: { gpus: 8 } }, { timeoutSeconds: 4 });
    expect((await problemsOf(real.run())).exit).toBe('timeout');
    const [told] = real.world.events.flatMap((event) => (event.type === 'cause' ? [event] : []));
    expect([told?.cause.code, told?.graceSeconds]).toEqual(['unschedulable', 60]);
    expect(told?.cause.details).toContain('an autoscaler may add nodes: node group a10-spot (0 of 4 nodes)');
    await real.destroy();
  } finally {
    await cluster.remove({ ...settings, ...settings.metadata });
    await cluster.close();
  }
});

test('slices of a GPU are counted by their profile, and their memory by its label', async () => {
  const slices = (replicas: number, memoryMiB: number) => ({
    deploy: { gpus: 1, replicas, gpu: { resource: 'nvidia.com/mig-1g.5gb', memoryMiB } },
  });
  await deployTo('slices', slices(7, 4000)).run();
  const error = await problemsOf(deployTo('slices', slices(8, 4000)).run());
  expect(error.problems[0]?.what).toBe(
    '8 pods of 1 nvidia.com/mig-1g.5gb each are wanted; the cluster has room for 7, the 7 that run counted as leaving',
  );
  const larger = await problemsOf(deployTo('slices', slices(1, 9000)).run());
  expect(larger.problems[0]?.remedy).toBe(
    'lower deploy.gpu.memoryMiB to what the GPUs of pool a100 have: room for 7 more pods; or free GPUs or add nodes',
  );
  const line = 'pool a100 (1 node): 0 of 7 nvidia.com/mig-1g.5gb free, 7 held by this service, room for 0 pods';
  expect(larger.problems[0]?.details).toEqual(expect.arrayContaining([line, '  a device has 4864 MiB, the model needs 9000 MiB']));
});

test('only the products that are named are counted, and a pool is named by a nodeSelector', async () => {
  const named = deployTo('named', { deploy: { gpus: 1, replicas: 3, gpu: { products: ['Tesla-T4'] } } });
  expect((await problemsOf(named.run())).problems[0]?.what).toBe('3 pods of 1 nvidia.com/gpu each are wanted; the cluster has room for 2');
  const placed = deployTo('named', { deploy: { gpus: 1, replicas: 2, nodeSelector: pool('t4') } });
  expect(await placed.run()).toMatchObject({ outcome: 'deployed' });
});

test('a runtime class and a device class that the cluster does not have are told before anything is sent', async () => {
  const runtime = await problemsOf(deployTo('classes', { deploy: { gpus: 1, gpu: { runtimeClass: 'nvidia' } } }).run());
  expect(formatProblems(runtime.problems)).toBe(
    `no-runtime-class  churn in ns/classes: the pods ask for the runtime class "nvidia", which the cluster does not have
          the cluster has none: leave deploy.gpu.runtimeClass out, or install the NVIDIA GPU operator, which makes "nvidia"`,
  );
  const device = await problemsOf(deployTo('classes', { deploy: { gpus: 1, gpu: { claim: 'dra' } } }).run());
  expect(formatProblems(device.problems)).toBe(
    `no-device-class  churn in ns/classes: the pods claim devices of the class "gpu.nvidia.com", which the cluster does not have
          install a DRA driver (NVIDIA's brings "gpu.nvidia.com"), or set deploy.gpu.claim to device-plugin`,
  );
});

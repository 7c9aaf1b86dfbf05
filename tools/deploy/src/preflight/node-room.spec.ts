import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asking, gpuNode, type NodeSketch, placedPod } from '../testing/nodes.ts';
import { type GpuDemand, gpuDemandOf } from './gpu-demand.ts';
import { podsThatFit, roomOn } from './node-room.ts';
import type { PlacedPod } from './scheduling.ts';

const demandOf = (devices: number, resource?: string, more: Partial<GpuDemand> = {}) =>
  ({ ...gpuDemandOf(asking(devices, resource), 1), ...more }) as GpuDemand;

const roomFor = (demand: GpuDemand, sketch: NodeSketch = {}, pods: readonly PlacedPod[] = []) =>
  roomOn(
    gpuNode('n', sketch),
    demand,
    () => pods,
    (pod) => pod.metadata.labels?.['app.kubernetes.io/name'] === 'churn',
  );

const numbers = ({ allocatable, free, own, fits, fitsAlone }: ReturnType<typeof roomFor>) => ({ allocatable, free, own, fits, fitsAlone });

test('free is allocatable less what pods ask for, and the own pods leave', () => {
  const pods = [placedPod('a', 'n', asking(1), 'churn'), placedPod('b', 'n', asking(2), 'fraud')];
  expect(numbers(roomFor(demandOf(1), {}, pods))).toEqual({ allocatable: 4, free: 1, own: 1, fits: 1, fitsAlone: 2 });
});

test('pods that have ended hold nothing', () => {
  const done = { ...placedPod('a', 'n', asking(4), 'fraud'), status: { phase: 'Succeeded' } };
  expect(roomFor(demandOf(1), {}, [done]).fits).toBe(4);
});

test('free devices of several nodes do not make one pod', () => {
  expect(roomFor(demandOf(3), { gpus: 4 }, [placedPod('b', 'n', asking(2), 'fraud')]).fits).toBe(0);
});

test('a node may have devices free and lack something else', () => {
  const pods = [placedPod('b', 'n', asking(0, 'nvidia.com/gpu', { cpu: '15500m' }), 'fraud')];
  const room = roomFor(demandOf(1), {}, pods);
  expect([room.free, room.fits, room.shortOf]).toEqual([4, 0, ['cpu']]);
});

test('a MIG profile is counted by its own name, and a whole GPU is none', () => {
  const mig = demandOf(1, 'nvidia.com/mig-1g.5gb');
  expect(roomFor(mig, { gpus: 0, offers: { 'nvidia.com/mig-1g.5gb': '7' } }).fits).toBe(7);
  expect(roomFor(mig, { gpus: 4 }).refusals).toEqual([
    { kind: 'resource', text: 'offers nvidia.com/gpu: 4, but no nvidia.com/mig-1g.5gb' },
  ]);
});

test('each label that rules a node out is told', () => {
  const cuda = { version: '12.6', minDriver: '525.60.13', computeCapability: { min: '5.0', max: '9.0' } };
  const wishes = { cuda, memoryMiB: 40_000, products: ['NVIDIA-H100'] };
  const labels = { 'nvidia.com/cuda.driver-version.full': '470.82.01', 'nvidia.com/gpu.compute.major': '12' };
  expect(roomFor(demandOf(1, undefined, wishes), { labels }).refusals.map((one) => one.text)).toEqual([
    'driver 470.82.01 is older than 525.60.13, which CUDA 12.6 needs',
    'the image has no code for compute capability 12.6 (it has 5.0 to 9.0)',
    'NVIDIA-A10 is not one of NVIDIA-H100',
    'a device has 23028 MiB, the model needs 40000 MiB',
  ]);
});

test('sums of fractions do not cost a pod', () => {
  expect(podsThatFit({ cpu: 0.1 }, { cpu: 1 }, { cpu: 0.1 + 0.2 })).toBe(7);
});

test('for any pods on a node: what fits beside them never takes more than is there, and one more does not fit', () => {
  const held = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 1, max: 4 }), held, (gpus, perPod, others) => {
      const used = others.reduce((sum, one) => sum + one, 0);
      fc.pre(used <= gpus);
      const pods = others.map((devices, index) => placedPod(`p${index}`, 'n', asking(devices), 'fraud'));
      const { fits, free } = roomFor(demandOf(perPod), { gpus }, pods);
      expect(free).toBe(gpus - used);
      expect(fits * perPod).toBeLessThanOrEqual(free);
      expect((fits + 1) * perPod > free || fits + pods.length + 1 > 16).toBe(true);
    }),
  );
});

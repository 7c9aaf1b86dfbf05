import { expect, test } from 'vitest';
import { poolOf } from '../kube/index.ts';
import { gpuFacts, isProduct } from './gpu-facts.ts';

const GPU = 'nvidia.com/gpu';

test('the current names of feature discovery are read', () => {
  expect(
    gpuFacts(
      {
        'nvidia.com/gpu.product': 'NVIDIA-A10',
        'nvidia.com/gpu.memory': '23028',
        'nvidia.com/gpu.compute.major': '8',
        'nvidia.com/gpu.compute.minor': '6',
        'nvidia.com/gpu.replicas': '4',
        'nvidia.com/cuda.driver-version.full': '580.95.05',
        'nvidia.com/cuda.driver.major': '470',
        'nvidia.com/mig.strategy': 'none',
      },
      GPU,
    ),
  ).toEqual({ product: 'NVIDIA-A10', memoryMiB: 23028, capability: '8.6', replicas: 4, driver: '580.95.05', migStrategy: 'none' });
});

test('a driver is put together from its parts, by the new names or by the old ones', () => {
  const parts = { 'nvidia.com/cuda.driver-version.major': '535', 'nvidia.com/cuda.driver-version.minor': '104' };
  const old = { 'nvidia.com/cuda.driver.major': '470', 'nvidia.com/cuda.driver.minor': '223', 'nvidia.com/cuda.driver.rev': '02' };
  expect([gpuFacts({ ...parts, ...old }, GPU).driver, gpuFacts(old, GPU).driver]).toEqual(['535.104', '470.223.02']);
});

test('labels that are not there say nothing', () => {
  expect(gpuFacts({ 'nvidia.com/gpu.memory': 'unknown' }, GPU)).toEqual({ replicas: 1 });
});

test('a MIG profile has its own memory, the GPU around it has another', () => {
  const labels = { 'nvidia.com/gpu.memory': '40960', 'nvidia.com/gpu.product': 'A100', 'nvidia.com/mig-1g.5gb.memory': '4864' };
  expect(gpuFacts(labels, 'nvidia.com/mig-1g.5gb')).toEqual({ product: 'A100', memoryMiB: 4864, replicas: 1 });
  expect(gpuFacts(labels, GPU).memoryMiB).toBe(40960);
});

test('a product is known though sharing or MIG renamed it', () => {
  const names = ['NVIDIA-A100-SXM4-40GB', 'nvidia-a100-sxm4-40gb', 'NVIDIA-A100-SXM4-40GB-SHARED', 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb'];
  expect(names.map((name) => isProduct(name, ['NVIDIA-A100-SXM4-40GB']))).toEqual([true, true, true, true]);
  expect(isProduct('NVIDIA-A100-SXM4-80GB', ['NVIDIA-A100-SXM4-40GB'])).toBe(false);
});

test("a pool is the cloud's node pool, else the instance type, else the GPU", () => {
  const gpu = { 'nvidia.com/gpu.product': 'A10' };
  const typed = { ...gpu, 'node.kubernetes.io/instance-type': 'g5.xlarge' };
  const pooled = { ...typed, 'eks.amazonaws.com/nodegroup': 'gpus' };
  expect([pooled, typed, gpu, {}].map(poolOf)).toEqual(['gpus', 'g5.xlarge', 'A10', undefined]);
});

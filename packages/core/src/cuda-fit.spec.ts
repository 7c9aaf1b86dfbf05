import { expect, test } from 'vitest';
import { computeCapabilityFits, driverFits } from './cuda-fit.ts';
import type { CudaSpec } from './service-schema.ts';

const CUDA: CudaSpec = { version: '12.6', minDriver: '525.60.13', computeCapability: { min: '5.0', max: '9.0' } };

test('a driver fits when it is not older than the minimum, compared number by number', () => {
  const drivers = ['525.60.13', '525.125.06', '580', '525.60.9', '470.223.02'];
  expect(drivers.map((driver) => driverFits(CUDA, driver))).toEqual([true, true, true, false, false]);
});

test('a GPU fits from the oldest capability to the newest major version', () => {
  const gpus = ['3.7', '5.0', '8.9', '9.0', '10.0', '12.0'];
  expect(gpus.map((gpu) => computeCapabilityFits(CUDA, gpu))).toEqual([false, true, true, true, false, false]);
});

test('a GPU of a major version that was left out does not fit', () => {
  const cuda = { ...CUDA, computeCapability: { min: '7.5', max: '12.0', exceptMajors: [10, 11] } };
  expect(['9.0', '10.0', '10.3', '11.0', '12.0'].map((gpu) => computeCapabilityFits(cuda, gpu))).toEqual([true, false, false, false, true]);
});

test('without a newest capability, later GPUs fit; without any, every GPU does', () => {
  expect(computeCapabilityFits({ ...CUDA, computeCapability: { min: '7.5' } }, '12.1')).toBe(true);
  expect(computeCapabilityFits({ version: '14.0', minDriver: '600.10' }, '3.5')).toBe(true);
});

import type { CudaSpec } from './service-schema.ts';

/** True when a node's NVIDIA driver is not older than the image's minimum. */
export function driverFits(cuda: CudaSpec, driver: string): boolean {
  return compareParts(driver, cuda.minDriver) >= 0;
}

/**
 * True when the image has code for a GPU of this compute capability ("8.6"): binaries run within their major version,
 * and without a `max` newer GPUs compile it for themselves. A major version may be left out in between. Nothing known fits every GPU.
 */
export function computeCapabilityFits(cuda: CudaSpec, capability: string): boolean {
  const { min, max, exceptMajors = [] } = cuda.computeCapability ?? {};
  if (exceptMajors.includes(majorOf(capability))) return false;
  if (min !== undefined && compareParts(capability, min) < 0) return false;
  return max === undefined || majorOf(capability) <= majorOf(max);
}

const majorOf = (version: string): number => Number(version.split('.')[0]);

function compareParts(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

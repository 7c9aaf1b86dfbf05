import type { CudaSpec } from '@modelyard/core';

/** What the spec says of its GPUs beside what stands in the pod template. */
export interface GpuWishes {
  /** Least memory of one device. */
  readonly memoryMiB?: number;
  /** Products that may be used; left out, any. */
  readonly products?: readonly string[];
  /** What the image was built for. */
  readonly cuda?: CudaSpec;
}

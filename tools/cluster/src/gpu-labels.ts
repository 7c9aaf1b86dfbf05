/** What GPU feature discovery would read from a card and its driver. */
export interface SimulatedGpu {
  readonly product: string;
  readonly family: string;
  readonly memoryMiB: number;
  readonly compute: readonly [major: number, minor: number];
  readonly driver: string;
  readonly runtime: readonly [major: number, minor: number];
}

/** The card that clusters simulate: a common one for inference, with a driver for CUDA 13. */
export const DEFAULT_SIMULATED_GPU: SimulatedGpu = {
  product: 'NVIDIA-A10',
  family: 'ampere',
  memoryMiB: 23_028,
  compute: [8, 6],
  driver: '580.95.05',
  runtime: [13, 0],
};

/** The label that tells a simulated GPU from a real one. */
export const SIMULATED_GPU_LABEL = 'modelyard.dev/simulated-gpu';

function driverLabels(driver: string): Record<string, string> {
  const [major = '', minor = '', revision = ''] = driver.split('.');
  return {
    'nvidia.com/cuda.driver-version.full': driver,
    'nvidia.com/cuda.driver-version.major': major,
    'nvidia.com/cuda.driver-version.minor': minor,
    'nvidia.com/cuda.driver-version.revision': revision,
    // The older names, which current feature discovery still writes.
    'nvidia.com/cuda.driver.major': major,
    'nvidia.com/cuda.driver.minor': minor,
    'nvidia.com/cuda.driver.rev': revision,
  };
}

function runtimeLabels([major, minor]: SimulatedGpu['runtime']): Record<string, string> {
  return {
    'nvidia.com/cuda.runtime-version.full': `${major}.${minor}`,
    'nvidia.com/cuda.runtime-version.major': String(major),
    'nvidia.com/cuda.runtime-version.minor': String(minor),
    'nvidia.com/cuda.runtime.major': String(major),
    'nvidia.com/cuda.runtime.minor': String(minor),
  };
}

/** The labels of a node with simulated GPUs: GPU feature discovery's, and our own that says they are simulated. */
export function simulatedGpuLabels(count: number, gpu: SimulatedGpu = DEFAULT_SIMULATED_GPU): Record<string, string> {
  if (count === 0) return {};
  return {
    ...driverLabels(gpu.driver),
    ...runtimeLabels(gpu.runtime),
    'nvidia.com/gpu.present': 'true',
    'nvidia.com/gpu.count': String(count),
    'nvidia.com/gpu.product': gpu.product,
    'nvidia.com/gpu.family': gpu.family,
    'nvidia.com/gpu.memory': String(gpu.memoryMiB),
    'nvidia.com/gpu.compute.major': String(gpu.compute[0]),
    'nvidia.com/gpu.compute.minor': String(gpu.compute[1]),
    'nvidia.com/gpu.mode': 'compute',
    'nvidia.com/gpu.replicas': '1',
    'nvidia.com/gpu.sharing-strategy': 'none',
    'nvidia.com/mig.capable': 'false',
    'nvidia.com/mig.strategy': 'none',
    'nvidia.com/mps.capable': 'false',
    'nvidia.com/vgpu.present': 'false',
    [SIMULATED_GPU_LABEL]: 'true',
  };
}

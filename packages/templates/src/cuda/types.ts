import type { Framework, PythonVersion } from '@modelyard/core';

/** One build of a framework for CUDA, as its publisher made it. */
export interface CudaBuild {
  readonly framework: Framework;
  readonly version: string;
  /** The CUDA that it is built with, "12.6"; of a wheel that accepts a range, the lowest. What pip installs may be a later one of the same major. */
  readonly cuda: string;
  /** null: it uses none. */
  readonly cudnn: string | null;
  readonly pythons: readonly PythonVersion[];
  /** Compute capabilities that it holds binaries for, ascending. */
  readonly computeCapabilities: readonly string[];
  /** True when it can also be compiled, at first use, for GPUs newer than the last of these. */
  readonly ptx: boolean;
  readonly requirements: readonly string[];
  /** The index beside PyPI that serves it; null: PyPI does. */
  readonly index: string | null;
  readonly status: 'stable' | 'experimental';
  /** True when the pack carries its hashed lock; the others are locked by the `lock` target. */
  readonly hasLock?: boolean;
  readonly source: string;
}

/** data/cuda-matrix.json: which sets are known to exist, each row with its source. */
export interface CudaMatrix {
  /** How to read the rows, in sentences. */
  readonly rules: readonly string[];
  readonly drivers: readonly { readonly cudaMajor: number; readonly minDriver: string; readonly source: string }[];
  readonly builds: readonly CudaBuild[];
  readonly runtimeImages: readonly {
    readonly cuda: string;
    readonly python: PythonVersion;
    readonly image: string;
    readonly source: string;
  }[];
  /** The Pythons for which each CPU lock of the pack has wheels. */
  readonly cpuPythons: readonly { readonly framework: Framework; readonly pythons: readonly PythonVersion[]; readonly source: string }[];
}

/** What a GPU image starts from: the slim Python image, or NVIDIA's image with a CUDA of its own. */
export const GPU_BASES = ['python', 'cuda-runtime'] as const;
export type GpuBase = (typeof GPU_BASES)[number];

/** What a user asks for; "12" means any 12.x, "2.13" any 2.13.x. */
export interface CudaAsk {
  readonly framework: Framework;
  readonly python: PythonVersion;
  readonly frameworkVersion?: string | undefined;
  readonly cuda?: string | undefined;
  readonly base: GpuBase;
  /** Takes a version that is newer than every row, on the user's word. */
  readonly acceptUnknown: boolean;
  /** The user's word for a CUDA major that no row knows. */
  readonly minDriver?: string | undefined;
}

/** A set that fits together: everything that the image, the spec and the requirements say about CUDA. */
export interface CudaSet {
  readonly version: string;
  readonly cuda: string;
  readonly cudnn: string | null;
  readonly minDriver: string;
  /** null: not known. Without `max` it also runs on GPUs that came later. */
  readonly computeCapability: { readonly min: string; readonly max?: string; readonly exceptMajors?: readonly number[] } | null;
  readonly requirements: readonly string[];
  readonly index: string | null;
  /** The image to start from; null: the slim Python image. */
  readonly image: string | null;
  readonly status: 'stable' | 'experimental' | 'unknown';
  readonly hasLock: boolean;
}

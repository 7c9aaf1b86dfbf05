import type { Framework } from '@modelyard/core';
import type { CudaMatrix } from './types.ts';

/** The CUDA asked for. A bare major, 13, is its ".0" where that is a row, or no row of the major is known; else it is any of the major. */
export function cudaAsked(cuda: string | undefined, framework: Framework, matrix: CudaMatrix): string | undefined {
  if (cuda === undefined || cuda.includes('.')) return cuda;
  const known = matrix.builds.filter((build) => build.framework === framework && build.cuda.startsWith(`${cuda}.`));
  return known.length === 0 || known.some((build) => build.cuda === `${cuda}.0`) ? `${cuda}.0` : cuda;
}

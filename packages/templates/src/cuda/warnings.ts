import type { Framework } from '@modelyard/core';
import type { CudaSet } from './types.ts';

/** What a user should know of a set that was resolved all the same; nothing for a plain one. */
export function cudaWarnings(framework: Framework, set: CudaSet): readonly string[] {
  const what = `${framework} ${set.version} with CUDA ${set.cuda}`;
  const warnings: string[] = [];
  if (set.status === 'experimental') warnings.push(`its publisher calls ${what} experimental`);
  if (set.status === 'unknown') {
    warnings.push(`${what} is newer than the CUDA matrix: taken on your word; its cuDNN and compute capability are unknown`);
  }
  if (set.image !== null) {
    warnings.push(`${set.image} holds a CUDA that ${framework} does not load: its wheels bring their own; --gpu-base=python leaves it out`);
  }
  return warnings;
}

import { readFileSync } from 'node:fs';
import type { CudaMatrix } from './types.ts';

const FILE = new URL('../../data/cuda-matrix.json', import.meta.url);

let matrix: CudaMatrix | undefined;

/** The matrix that ships with this package. */
export function loadCudaMatrix(): CudaMatrix {
  matrix ??= JSON.parse(readFileSync(FILE, 'utf8')) as CudaMatrix;
  return matrix;
}

export { cudaAsked } from './cuda-asked.ts';
export { loadCudaMatrix } from './load-matrix.ts';
export { missingCpuWheels } from './refuse.ts';
export { resolveCuda } from './resolve.ts';
export { type CudaAsk, type CudaBuild, type CudaMatrix, type CudaSet, GPU_BASES, type GpuBase } from './types.ts';
export { VERSION } from './versions.ts';
export { cudaWarnings } from './warnings.ts';

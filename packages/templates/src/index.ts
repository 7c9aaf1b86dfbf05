export { categoryWarnings } from './category-warnings.ts';
export { type CudaBuild, type CudaMatrix, type CudaSet, cudaWarnings, GPU_BASES, loadCudaMatrix } from './cuda/index.ts';
export { inferDataSchema } from './infer-data-schema.ts';
export { loadPack, readPack } from './load-pack.ts';
export { type ModelLibAnswers, modelLibView, parseModelLibAnswers } from './model-lib-answers.ts';
export { type GivenAnswers, type ModelServiceAnswers, modelServiceView, parseModelServiceAnswers } from './model-service-answers.ts';
export { decodePack, encodePack, type Pack, type PackManifest, packIntegrity } from './pack.ts';
export { render, type View } from './render.ts';
export { parseWorkspaceAnswers, type WorkspaceAnswers, workspaceView } from './workspace-answers.ts';

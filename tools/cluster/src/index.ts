export { type ClusterDown, clusterDown } from './down.ts';
export { DEFAULT_SIMULATED_GPU, SIMULATED_GPU_LABEL, type SimulatedGpu, simulatedGpuLabels } from './gpu-labels.ts';
export { importArchive, type LoadedImage, loadImage } from './load-image.ts';
export { cacheDirectory, clusterOfContext, contextOf, DEFAULT_CLUSTER_NAME, userKubeconfigFile } from './paths.ts';
export { type ClusterStatus, clusterStatus, findCluster, listClusters, type NodeReport } from './status.ts';
export { startTestControlPlane, type TestControlPlane } from './testing.ts';
export type {
  ClusterChoice,
  ClusterMode,
  ClusterOptions,
  ClusterState,
  ClusterWorld,
  FakeNode,
} from './types.ts';
export { clusterUp } from './up.ts';

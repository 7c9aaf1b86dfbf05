export {
  type Cluster,
  type ClusterAccess,
  connectCluster,
  type PodAnswer,
  type PodRef,
  type PodRequest,
  type Query,
} from './cluster/index.ts';
export { type DeployOutcome, deployService } from './deploy.ts';
export { type DeployImage, type DeployRequest, renderRequest } from './deploy-request.ts';
export { type DestroyRequest, destroyService } from './destroy.ts';
export type { KubeObject, ObjectRef } from './kube/index.ts';
export { type DeployQuestion, kubeconfigFiles, loadDeployRequest, loadTarget, type ServiceQuestion } from './load-service.ts';
export { type RenderRequest, renderManifests } from './manifests/index.ts';
export { type Golden, type GoldenRow, isSameAnswer, type ModelLock, parseModelLock } from './model-lock.ts';
export type { Change, Plan } from './plan/index.ts';
export { renderYaml } from './render.ts';
export {
  type DeployEvent,
  formatEvent,
  formatEventJson,
  formatFailure,
  formatFailureJson,
  formatStatus,
  type TextStyle,
} from './report/index.ts';
export { type RollbackRequest, rollbackService } from './rollback.ts';
export type { ServiceStatus } from './service-status.ts';
export { readStatus } from './status.ts';
export { systemClock } from './system-clock.ts';
export type { Target } from './target.ts';
export { printableFailure, type Terminal, terminalWorld } from './terminal-world.ts';
export type { Clock, World } from './world.ts';

export { abortCanary, promoteCanary, readCanary } from './canary-service.ts';
export type { CanaryStatus } from './canary-status.ts';
export {
  type Cluster,
  type ClusterAccess,
  type ClusterIdentity,
  connectCluster,
  type PodAnswer,
  type PodRef,
  type PodRequest,
  type Query,
} from './cluster/index.ts';
export { readClusterIdentity } from './cluster-identity.ts';
export { type DeployOutcome, deployService } from './deploy.ts';
export { DEFAULT_CONCURRENCY, deployServices, failureOf, type ServiceOutcome } from './deploy-many.ts';
export { type DeployImage, type DeployRequest, renderRequest } from './deploy-request.ts';
export { type DestroyRequest, destroyService } from './destroy.ts';
export type { ObjectDiff } from './diff/index.ts';
export { diffService } from './diff-service.ts';
export { readHistory } from './history-service.ts';
export type { KubeObject, ObjectRef } from './kube/index.ts';
export {
  type DeployQuestion,
  kubeconfigFiles,
  loadDeployRequest,
  loadPromotion,
  loadTarget,
  type ServiceQuestion,
} from './load-service.ts';
export { type LogsRequest, readLogs } from './logs.ts';
export { type RenderRequest, renderManifests } from './manifests/index.ts';
export { type Golden, type GoldenRow, isSameAnswer, type ModelLock, parseModelLock } from './model-lock.ts';
export type { Change, Plan } from './plan/index.ts';
export { type Promotion, promotedRequest } from './promote.ts';
export { renderYaml } from './render.ts';
export {
  type DeployEvent,
  formatCanary,
  formatDiff,
  formatEvent,
  formatEventJson,
  formatFailure,
  formatFailureJson,
  formatHistory,
  formatLookJson,
  formatStatus,
  type Note,
  type Screen,
  type TextStyle,
} from './report/index.ts';
export type { Revision } from './revisions/index.ts';
export { deployRole, lookRole } from './role.ts';
export { type RollbackRequest, rollbackService } from './rollback.ts';
export type { ServiceStatus } from './service-status.ts';
export { settleAll } from './settle.ts';
export { readStatus } from './status.ts';
export { systemClock } from './system-clock.ts';
export type { Target } from './target.ts';
export { printableFailure, type Terminal, terminalWorld, withManyWorld } from './terminal-world.ts';
export type { Clock, World } from './world.ts';

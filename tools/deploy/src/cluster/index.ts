import type { Cluster, ClusterAccess } from './types.ts';

export { IDENTITY_NAMESPACE } from './identity.ts';
export { namespaceMissing, namespaceTerminating } from './problems.ts';
export type * from './types.ts';

/**
 * A cluster that answers; a ProblemError when its kubeconfig, context or API server is not there. The client library is
 * loaded here and not before: it costs a second, which nothing that stays off the network should pay.
 */
export async function connectCluster(access: ClusterAccess): Promise<Cluster> {
  const { openCluster } = await import('./connect.ts');
  return openCluster(access);
}

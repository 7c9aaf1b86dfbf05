import type { Cluster, ClusterAccess } from './types.ts';

export { IDENTITY_NAMESPACE } from './identity.ts';
export { type Allowed, ifAllowed, readAllowed } from './if-allowed.ts';
export { memory } from './memory.ts';
export { namespaceMissing, namespaceTerminating } from './problems.ts';
export type * from './types.ts';

/**
 * A cluster that answers; a ProblemError when its kubeconfig, context or API server is not there. The way to the network is
 * loaded here and not before: nothing that stays off the network should pay for it.
 */
export async function connectCluster(access: ClusterAccess): Promise<Cluster> {
  const { openCluster } = await import('./connect.ts');
  return openCluster(access);
}

import type { EnvironmentConfig } from '@modelyard/core';
import { type ClusterIdentity, IDENTITY_NAMESPACE } from './cluster/index.ts';
import { RESOURCES } from './kube/index.ts';
import { accessTo } from './target.ts';
import type { World } from './world.ts';

/** Which cluster an environment's context leads to, whatever the environment says of it. */
export async function readClusterIdentity(
  environment: EnvironmentConfig,
  kubeconfigs: readonly string[],
  world: Pick<World, 'connect'>,
): Promise<ClusterIdentity> {
  const { expected: _expected, ...access } = accessTo({ service: '', environment, kubeconfigs });
  const cluster = await world.connect(access);
  try {
    const { apiVersion, kind } = RESOURCES.Namespace;
    const namespace = await cluster.read({ apiVersion, kind, name: IDENTITY_NAMESPACE });
    return { clusterId: namespace?.metadata.uid ?? '', server: cluster.server };
  } finally {
    await cluster.close();
  }
}

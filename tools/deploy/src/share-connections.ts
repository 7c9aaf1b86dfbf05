import { FIELD_MANAGER, LABEL_INSTANCE, LABEL_MANAGED_BY } from '@modelyard/core';
import type { Cluster, ClusterAccess } from './cluster/index.ts';
import { selectorOf } from './kube/index.ts';
import { rememberAnswers } from './remember-answers.ts';
import type { World } from './world.ts';

/**
 * A world in which all services of one cluster use the same connection, and several of them the same watches and the same answers
 * about rights; it is closed at the end and not before.
 */
export function shareConnections(services: readonly string[], world: World): { world: World; close: () => Promise<void> } {
  const among = services.length > 1 ? `${selectorOf(LABEL_INSTANCE, services)},${LABEL_MANAGED_BY}=${FIELD_MANAGER}` : undefined;
  const opened = new Map<string, Promise<Cluster>>();
  const open = async (access: ClusterAccess): Promise<Cluster> => {
    const cluster = await world.connect(access);
    return among ? rememberAnswers(watchAmong(cluster, among)) : cluster;
  };
  const connect = async (access: ClusterAccess): Promise<Cluster> => {
    const key = JSON.stringify([access.context, access.kubeconfigs, access.expected]);
    const cluster = opened.get(key) ?? open(access);
    opened.set(key, cluster);
    return { ...(await cluster), close: async () => undefined };
  };
  const close = async (): Promise<void> => {
    const clusters = await Promise.allSettled(opened.values());
    await Promise.all(clusters.map((cluster) => (cluster.status === 'fulfilled' ? cluster.value.close() : undefined)));
  };
  return { world: { ...world, connect }, close };
}

/** A cluster whose watches are shared among all that the label selector selects. */
function watchAmong(cluster: Cluster, among: string): Cluster {
  return {
    ...cluster,
    watch: (query, onItems, signal) => cluster.watch({ ...query, among }, onItems, signal),
    until: (signal) => watchAmong(cluster.until(signal), among),
  };
}

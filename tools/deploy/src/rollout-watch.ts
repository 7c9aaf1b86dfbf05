import { LABEL_NAME } from '@modelyard/core';
import type { Cluster, Query } from './cluster/index.ts';
import { type KubeObject, type LiveDeployment, type LiveEvent, type LivePod, type LiveReplicaSet, RESOURCES } from './kube/index.ts';
import type { Rollout } from './readiness/index.ts';

/** A Deployment with its ReplicaSets, pods and events, kept current by four watches. */
export interface RolloutWatch {
  current(): Omit<Rollout, 'health' | 'nodes'>;
  /** Resolves at the next change; rejects when a watch cannot go on. */
  changed(): Promise<void>;
}

/** Starts the watches; the signal ends them. */
export function watchRollout(cluster: Cluster, namespace: string, name: string, signal: AbortSignal): RolloutWatch {
  const seen: Record<'Deployment' | 'ReplicaSet' | 'Pod' | 'Event', readonly KubeObject[]> = {
    Deployment: [],
    ReplicaSet: [],
    Pod: [],
    Event: [],
  };
  let bell = Promise.withResolvers<void>();
  const follow = (kind: keyof typeof seen, selector: Partial<Query>, isOurs: (item: KubeObject) => boolean): Promise<void> =>
    cluster.watch(
      { resource: RESOURCES[kind], namespace, ...selector },
      (items) => {
        seen[kind] = items.filter(isOurs);
        bell.resolve();
        bell = Promise.withResolvers<void>();
      },
      signal,
    );
  const ofService = { labelSelector: `${LABEL_NAME}=${name}` };
  const all = () => true;
  const watches = Promise.all([
    follow('Deployment', { fieldSelector: `metadata.name=${name}` }, all),
    follow('ReplicaSet', ofService, all),
    follow('Pod', ofService, all),
    follow('Event', {}, (item) => isAbout(item as LiveEvent, name)),
  ]);
  const ended = watches.then(() => undefined);
  return {
    current: () => ({
      ...(seen.Deployment[0] ? { deployment: seen.Deployment[0] as LiveDeployment } : {}),
      replicaSets: seen.ReplicaSet as LiveReplicaSet[],
      pods: seen.Pod as LivePod[],
      events: seen.Event as LiveEvent[],
    }),
    changed: () => {
      const change = Promise.race([bell.promise, ended]);
      // The waiter may have left when a watch fails; the next call rejects just as well.
      change.catch(() => undefined);
      return change;
    },
  };
}

function isAbout(event: LiveEvent, name: string): boolean {
  return event.involvedObject.name === name || event.involvedObject.name.startsWith(`${name}-`);
}

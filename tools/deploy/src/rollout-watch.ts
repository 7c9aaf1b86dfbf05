import { LABEL_NAME } from '@modelyard/core';
import type { Cluster, Query } from './cluster/index.ts';
import {
  type KubeObject,
  type LiveDeployment,
  type LiveEvent,
  type LivePod,
  type LiveReplicaSet,
  RESOURCES,
  withoutManagers,
} from './kube/index.ts';
import type { Rollout } from './readiness/index.ts';
import { passProblem } from './settle.ts';

/** What watches tell of a rollout. */
export type Seen = Omit<Rollout, 'health' | 'nodes'>;

/** A Deployment with its ReplicaSets, pods and events, kept current by four watches. */
export interface RolloutWatch {
  current(): Seen;
  /**
   * From now on only a Deployment counts that is as new as the one that is `known`, or as this moment: a watch may still tell of the one before
   * it was applied.
   */
  renew(known?: KubeObject): void;
  /** Resolves at the next change; rejects when a watch cannot go on. */
  changed(): Promise<void>;
  /** What plain lists tell, as a watch may have fallen silent; what the watches told last, when they cannot be had in time. */
  fresh(timeoutSeconds: number): Promise<Seen>;
}

type Kind = 'Deployment' | 'ReplicaSet' | 'Pod' | 'Event';

/** Starts the watches; the signal ends them. */
export function watchRollout(cluster: Cluster, namespace: string, name: string, signal: AbortSignal): RolloutWatch {
  const seen: Record<Kind, readonly KubeObject[]> = { Deployment: [], ReplicaSet: [], Pod: [], Event: [] };
  let bell = Promise.withResolvers<void>();
  const ring = (): void => {
    bell.resolve();
    bell = Promise.withResolvers<void>();
  };
  const follow = (kind: Kind): Promise<void> =>
    cluster.watch(
      queryOf(kind, namespace, name),
      (items) => {
        seen[kind] = items;
        ring();
      },
      signal,
    );
  const broken = Promise.withResolvers<never>();
  // Who began the watches may leave before asking for a change.
  broken.promise.catch(() => undefined);
  for (const kind of ['Deployment', 'ReplicaSet', 'Pod'] as const) follow(kind).catch(broken.reject);
  // Without events the cause is learned from the pods alone; a cluster out of reach is told by the other watches.
  follow('Event').catch(passProblem).catch(broken.reject);
  const least = leastDeployment();
  const current = () => seenOf({ ...seen, Deployment: least.of(seen.Deployment) });
  return {
    current,
    renew: (known) => {
      if (known) least.set(known);
      else void least.read(cluster, namespace, name).then(ring, broken.reject);
    },
    changed: () => {
      const change = Promise.race([bell.promise, broken.promise]);
      // The waiter may have left when a watch fails; the next call rejects just as well.
      change.catch(() => undefined);
      return change;
    },
    fresh: async (timeoutSeconds) => {
      const asked = cluster.until(AbortSignal.timeout(timeoutSeconds * 1_000));
      const list = (kind: Kind) => asked.list(queryOf(kind, namespace, name));
      const lists = await Promise.all([list('Deployment'), list('ReplicaSet'), list('Pod')]).catch(passProblem);
      if (!lists) return current();
      const [Deployment, ReplicaSet, Pod] = lists;
      return seenOf({ Deployment, ReplicaSet, Pod, Event: seen.Event });
    },
  };
}

/** The Deployment that the watch must not fall behind. */
function leastDeployment() {
  let least: KubeObject | undefined;
  let isAwaited = false;
  return {
    set: (known: KubeObject): void => {
      least = known;
    },
    read: async (cluster: Cluster, namespace: string, name: string): Promise<void> => {
      const { apiVersion, kind } = RESOURCES.Deployment;
      isAwaited = true;
      least = await cluster.read({ apiVersion, kind, name, namespace });
      isAwaited = false;
    },
    of: ([watched]: readonly KubeObject[]): readonly KubeObject[] => {
      if (isAwaited) return [];
      const newest = least && watched ? newerOf(least, watched) : (watched ?? least);
      return newest ? [newest] : [];
    },
  };
}

/** Versions of one kind grow; where they cannot be compared, what came last is taken. */
function newerOf(before: KubeObject, after: KubeObject): KubeObject {
  const [old = 0n, young = 0n] = [before, after].map(({ metadata: { resourceVersion = '' } }) =>
    /^\d+$/.test(resourceVersion) ? BigInt(resourceVersion) : 0n,
  );
  return old > young ? before : after;
}

function seenOf(seen: Readonly<Record<Kind, readonly KubeObject[]>>): Seen {
  return {
    ...(seen.Deployment[0] ? { deployment: seen.Deployment[0] as LiveDeployment } : {}),
    replicaSets: seen.ReplicaSet as LiveReplicaSet[],
    pods: seen.Pod as LivePod[],
    events: seen.Event as LiveEvent[],
  };
}

/**
 * What is asked of each kind. The server leaves out the pods of others; events can only be selected by the whole name, so that
 * they are sifted here, and those of the past, which may be many, are not read at all.
 */
function queryOf(kind: Kind, namespace: string, name: string): Query {
  const shared = { resource: RESOURCES[kind], namespace };
  switch (kind) {
    case 'Deployment':
      return { ...shared, fieldSelector: `metadata.name=${name}`, keep: withoutManagers };
    case 'ReplicaSet':
      return { ...shared, labelSelector: `${LABEL_NAME}=${name}`, keep: withoutManagers };
    case 'Pod':
      return { ...shared, labelSelector: `${LABEL_NAME}=${name}`, keep: podAsJudged };
    case 'Event':
      return { ...shared, onlyNew: true, keep: (event) => (isAbout(event as LiveEvent, name) ? withoutManagers(event) : undefined) };
  }
}

/** Volumes, variables and probes of a thousand pods would be kept a thousand times. */
export function podAsJudged(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, spec, status } = object as LivePod;
  const { name, namespace, uid, labels, ownerReferences, creationTimestamp, deletionTimestamp } = metadata;
  const small = (containers: readonly { name: string; image?: string; resources?: object }[] | undefined) =>
    containers?.map((one) => defined({ name: one.name, image: one.image, resources: one.resources }));
  return {
    apiVersion,
    kind,
    metadata: defined({ name, namespace, uid, labels, ownerReferences, creationTimestamp, deletionTimestamp }),
    spec: defined({
      nodeName: spec?.nodeName,
      nodeSelector: spec?.nodeSelector,
      affinity: spec?.affinity,
      tolerations: spec?.tolerations,
      resourceClaims: spec?.resourceClaims,
      schedulingGates: spec?.schedulingGates,
      containers: small(spec?.containers),
      initContainers: small(spec?.initContainers),
    }),
    status: defined({
      phase: status?.phase,
      reason: status?.reason,
      message: status?.message,
      nominatedNodeName: status?.nominatedNodeName,
      conditions: status?.conditions,
      containerStatuses: status?.containerStatuses,
      initContainerStatuses: status?.initContainerStatuses,
    }),
  } as KubeObject;
}

/** An object without the keys that say nothing. */
function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function isAbout(event: LiveEvent, name: string): boolean {
  return event.involvedObject.name === name || event.involvedObject.name.startsWith(`${name}-`);
}

import type { KubeObject, ObjectRef, Resource } from '../kube/index.ts';

/** What is asked of a cluster: the one seam between the deploy and Kubernetes, and the only thing that tests fake. */
export interface Cluster {
  /** The kube context in use. */
  readonly context: string;
  /** Address of the API server. */
  readonly server: string;
  read(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Whether the server has a kind at all: many come with add-ons. */
  serves(resource: Resource): Promise<boolean>;
  list(query: Query): Promise<KubeObject[]>;
  /** What the server would hold after `apply`; nothing is kept. */
  dryRun(object: KubeObject, manner?: ApplyManner): Promise<KubeObject>;
  /** Server-side apply with our field manager, and not by force, unless told otherwise. */
  apply(object: KubeObject, manner?: ApplyManner): Promise<KubeObject>;
  /** Creates an object; undefined when there is one of its name. */
  create(object: KubeObject): Promise<KubeObject | undefined>;
  /** Puts an object in the place of the version that was read; undefined when that version is no longer the current one. */
  replace(object: KubeObject, manner?: ReplaceManner): Promise<KubeObject | undefined>;
  /** Deletes an object and all that it owns; false when there was none. */
  remove(ref: ObjectRef): Promise<boolean>;
  /** Asks a question that the server answers at once and does not keep, such as a SelfSubjectAccessReview; its status. */
  ask(review: Resource, spec: unknown): Promise<unknown>;
  /** Hands over all matching objects now and after each change, until the signal; rejects when it cannot go on. */
  watch(query: Query, onItems: (items: readonly KubeObject[]) => void, signal: AbortSignal): Promise<void>;
  /** The last lines of a container's log; none when there is no log. */
  logTail(pod: PodRef, request: LogRequest): Promise<string[]>;
  /** The last lines of a container's log and then each new one, until it ends or the signal aborts. */
  followLog(pod: PodRef, request: LogRequest, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** One HTTP request to a pod, carried by the API server. */
  askPod(pod: PodRef, request: PodRequest): Promise<PodAnswer>;
  /** The server's own time, so that the clocks of two machines need not agree; milliseconds since 1970. */
  serverNowMs(): number;
  /** The same cluster, whose requests are given up, and no longer sent, when the signal aborts. */
  until(signal: AbortSignal): Cluster;
  close(): Promise<void>;
}

/** How an object is applied. */
export interface ApplyManner {
  /** Take fields that another manager holds. */
  readonly force?: boolean;
  /** Field manager; left out, Modelyard's. */
  readonly manager?: string;
}

/** How an object is replaced. */
export interface ReplaceManner {
  /** What the server would hold; nothing is kept. */
  readonly dryRun?: boolean;
  /** The longest that it may take in all; left out, transient failures are tried again for about half a minute. */
  readonly timeoutSeconds?: number;
}

export interface Query {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Of a watch: leave out what is there already, and begin with the next change. */
  readonly onlyNew?: boolean;
  /**
   * Of a watch that selects one label's or name's value, or what is new: a label selector of a larger set, whose one watch all share who name the
   * same set; for many who wait at once. What is told may be a moment old at first.
   */
  readonly among?: string;
  /** What is kept of each object as it arrives, undefined for nothing; left out, all of it. Bounds the memory of large lists. */
  readonly keep?: (object: KubeObject) => KubeObject | undefined;
}

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

export interface LogRequest {
  readonly container: string;
  readonly lines: number;
  readonly previous: boolean;
}

export interface PodRequest {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Left out, a minute. */
  readonly timeoutSeconds?: number;
}

/** What the pod itself answered, or why the API server could not reach it. */
export type PodAnswer =
  | { readonly reached: true; readonly status: number; readonly text: string }
  | { readonly reached: false; readonly because: string };

/** Where a cluster is found. */
export interface ClusterAccess {
  readonly environment: string;
  readonly context: string;
  /** Kubeconfig files, first wins, as in KUBECONFIG. */
  readonly kubeconfigs: readonly string[];
  /** What the cluster must be; left out, the context alone tells. */
  readonly expected?: ExpectedCluster;
  /** The first read is the question whether the server is there, and whoever reads meets its problem; left out, it is asked beforehand. */
  readonly readsAtOnce?: boolean;
  /** Variables of the process: its proxies are followed where the kubeconfig names none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** By what a cluster is known. */
export interface ClusterIdentity {
  /** Uid of the namespace kube-system; it is made with the cluster and never changes. */
  readonly clusterId: string;
  /** Address of the API server. */
  readonly server: string;
}

export type ExpectedCluster = Partial<ClusterIdentity>;

/** What a cluster takes from outside: the environment and a place for progress lines. */
export interface ClusterWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/** How much of Kubernetes runs: a node with real containers, or a control plane whose nodes are simulated. */
export type ClusterMode = 'node' | 'control-plane';

/** A node that exists only as an object; kwok plays its kubelet. */
export interface FakeNode {
  readonly name: string;
  /** Whole GPUs the node offers as `nvidia.com/gpu`, labelled as GPU feature discovery would. */
  readonly gpus?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Extra or changed resources, for example `{ cpu: '4' }`. */
  readonly capacity?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

/** What the caller of `clusterUp` asks for. */
export interface ClusterOptions {
  readonly mode: ClusterMode;
  /** GPUs of the node, or of each default fake node. */
  readonly gpus: number;
  readonly name?: string | undefined;
  /** Where the state is kept; by default below the user's state folder. */
  readonly directory?: string | undefined;
  /** Fake nodes of a control plane; by default one that offers `gpus`. */
  readonly nodes?: readonly FakeNode[] | undefined;
}

/** Which cluster a command means. */
export interface ClusterChoice {
  readonly name?: string | undefined;
  readonly directory?: string | undefined;
}

/** A process of the cluster; the start time tells it from a later process with the same id. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
}

/** What has to be put back or removed outside the state folder when the cluster goes. */
export interface OutsideChanges {
  /** Paths that were absent before the cluster came. */
  readonly absentPaths: readonly string[];
  /** Kernel settings the kubelet may change, with their earlier values. */
  readonly kernelSettings: Readonly<Record<string, string>>;
}

/** Where the cluster's context went in the user's own kubeconfig. */
export interface PublishedContext {
  readonly file: string;
  readonly createdFile: boolean;
  readonly createdFolder: boolean;
}

/** Everything written down about a cluster; `down` needs nothing else. */
export interface ClusterState {
  readonly version: 1;
  readonly name: string;
  readonly mode: ClusterMode | 'kind';
  readonly phase: 'starting' | 'running';
  readonly directory: string;
  readonly context: string;
  readonly server: string;
  readonly gpus: number;
  readonly nodes: readonly string[];
  readonly kubernetesVersion: string;
  readonly binaries: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly processes: readonly ProcessRecord[];
  readonly kubeconfig?: PublishedContext;
  readonly outside?: OutsideChanges;
}

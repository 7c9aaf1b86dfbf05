import type { Condition, KubeObject, Resources, Taint, Toleration } from '../kube/index.ts';

/** The part of a pod's spec that decides where it can run. */
export interface SchedulingSpec {
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: { readonly nodeAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector } };
  readonly tolerations?: readonly Toleration[];
  readonly runtimeClassName?: string;
  readonly priorityClassName?: string;
  readonly containers?: readonly ContainerSpec[];
  readonly initContainers?: readonly ContainerSpec[];
  /** Resources of the pod as a whole; they stand in the place of its containers'. */
  readonly resources?: Resources;
  readonly overhead?: Readonly<Record<string, string>>;
  readonly resourceClaims?: readonly { readonly name: string; readonly resourceClaimTemplateName?: string }[];
}

export interface ContainerSpec {
  readonly name: string;
  readonly resources?: Resources;
  readonly restartPolicy?: string;
}

export interface NodeSelector {
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeRequirement[];
  readonly matchFields?: readonly NodeRequirement[];
}

export interface NodeRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A node, as far as placing pods needs it. */
export interface KubeNode extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>>; readonly conditions?: readonly Condition[] };
}

/** A pod of anybody, as far as it takes room on a node. */
export interface PlacedPod extends KubeObject {
  readonly spec?: SchedulingSpec;
  readonly status?: { readonly phase?: string };
}

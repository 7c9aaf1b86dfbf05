import type { KubeObject, Placement, Resources } from '../kube/index.ts';

/** The part of a pod's spec that decides where it can run. */
export interface SchedulingSpec extends Placement {
  readonly nodeName?: string;
  readonly runtimeClassName?: string;
  readonly priorityClassName?: string;
  readonly containers?: readonly ContainerSpec[];
  readonly initContainers?: readonly ContainerSpec[];
  /** Resources of the pod as a whole; they stand in the place of its containers'. */
  readonly resources?: Resources;
  readonly overhead?: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  readonly resourceClaims?: readonly { readonly name: string; readonly resourceClaimTemplateName?: string }[];
}

export interface ContainerSpec {
  readonly name: string;
  readonly resources?: Resources;
  readonly restartPolicy?: string;
}

/** A pod of anybody, as far as it takes room on a node. */
export interface PlacedPod extends KubeObject {
  readonly spec?: SchedulingSpec;
  readonly status?: { readonly phase?: string };
}

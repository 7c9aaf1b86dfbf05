import { ProblemError } from '@modelyard/core';
import { type Cluster, ifAllowed } from '../cluster/index.ts';
import type { KubeObject, Toleration } from '../kube/index.ts';
import { LOOKED_AT } from './resources.ts';
import type { SchedulingSpec } from './scheduling.ts';

interface RuntimeClass extends KubeObject {
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> };
  readonly scheduling?: { readonly nodeSelector?: Readonly<Record<string, string>>; readonly tolerations?: readonly Toleration[] };
}

/** The pod as the server will see it, with what its runtime class adds; throws when there is no class of that name. */
export async function withRuntimeClass(cluster: Cluster, pod: SchedulingSpec, where: string): Promise<SchedulingSpec> {
  const name = pod.runtimeClassName;
  if (name === undefined) return pod;
  const classes = (await ifAllowed(cluster.list({ resource: LOOKED_AT.RuntimeClass }))) as RuntimeClass[] | undefined;
  if (!classes) return pod;
  const found = classes.find((one) => one.metadata.name === name);
  if (!found) throw noRuntimeClass(name, classes, where);
  const { scheduling = {}, overhead } = found;
  return {
    ...pod,
    nodeSelector: { ...pod.nodeSelector, ...scheduling.nodeSelector },
    tolerations: [...(pod.tolerations ?? []), ...(scheduling.tolerations ?? [])],
    ...(overhead?.podFixed ? { overhead: overhead.podFixed } : {}),
  };
}

function noRuntimeClass(name: string, classes: readonly RuntimeClass[], where: string): ProblemError {
  const known = classes.map((one) => one.metadata.name);
  const problem = {
    code: 'no-runtime-class',
    where,
    what: `the pods ask for the runtime class "${name}", which the cluster does not have`,
    remedy:
      known.length > 0
        ? `known: ${known.join(', ')}; change deploy.gpu.runtimeClass, or leave it out`
        : 'the cluster has none: leave deploy.gpu.runtimeClass out, or install the NVIDIA GPU operator, which makes "nvidia"',
  };
  return new ProblemError([problem], 'preflight');
}

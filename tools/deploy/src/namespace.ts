import { type EnvironmentConfig, ProblemError } from '@modelyard/core';
import { type Cluster, namespaceMissing } from './cluster/index.ts';
import { RESOURCES } from './kube/index.ts';
import { renderNamespace } from './manifests/index.ts';

/** Whether the environment's namespace is there; a ProblemError when it is not and must not be created. */
export async function namespaceExists(cluster: Cluster, environment: EnvironmentConfig): Promise<boolean> {
  const { apiVersion, kind } = RESOURCES.Namespace;
  const live = await cluster.read({ apiVersion, kind, name: environment.namespace }).catch(presumeThere);
  if (live) return true;
  if (environment.createNamespace) return false;
  throw new ProblemError([namespaceMissing(environment.namespace, cluster.context)], 'preflight');
}

/** Creates the namespace when it is missing and may be created; tells whether it did. The lock needs a place to stand. */
export async function ensureNamespace(cluster: Cluster, environment: EnvironmentConfig): Promise<boolean> {
  if (await namespaceExists(cluster, environment)) return false;
  await cluster.apply(renderNamespace(environment.namespace));
  return true;
}

/** Who may deploy into a namespace need not be allowed to read it; the first write will tell. */
function presumeThere(error: unknown): true {
  if (error instanceof ProblemError && error.problems.every((problem) => problem.code === 'forbidden')) return true;
  throw error;
}

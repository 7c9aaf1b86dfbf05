import { type EnvironmentConfig, ProblemError } from '@modelyard/core';
import { type Cluster, namespaceMissing, namespaceTerminating } from './cluster/index.ts';
import { isLeaving, RESOURCES } from './kube/index.ts';
import { renderNamespace } from './manifests/index.ts';
import { passProblem } from './settle.ts';
import type { World } from './world.ts';

/** A namespace goes when its pods have stopped; a finalizer may hold it for ever. */
const LEAVING_SECONDS = 60;
const LEAVING_PAUSE_MS = 500;

/** Whether the environment's namespace is there; a ProblemError when it is not and must not be created. */
export async function namespaceExists(cluster: Cluster, environment: EnvironmentConfig): Promise<boolean> {
  return (await stateOf(cluster, environment)) !== 'missing';
}

/** Whether the environment's namespace was seen to be there; what is wrong with it, `ensureNamespace` tells. */
export async function isNamespaceSeen(cluster: Cluster, environment: EnvironmentConfig): Promise<boolean> {
  return (await stateOf(cluster, environment).catch(passProblem)) === 'there';
}

/** Whether the environment's namespace is being deleted, and all that is in it with it. */
export async function isNamespaceLeaving(cluster: Cluster, environment: EnvironmentConfig): Promise<boolean> {
  return (await stateOf(cluster, environment).catch(passProblem)) === 'leaving';
}

/**
 * Creates the namespace when it is missing and may be created; tells whether it did. The lock needs a place to stand. One that
 * is being deleted is waited for: whatever was put into it would go with it.
 */
export async function ensureNamespace(
  cluster: Cluster,
  environment: EnvironmentConfig,
  world: Pick<World, 'clock' | 'report' | 'signal'>,
): Promise<boolean> {
  const { namespace, createNamespace } = environment;
  const startedMs = world.clock.nowMs();
  for (let looks = 0; ; looks++) {
    const state = await stateOf(cluster, environment);
    if (state === 'there') return false;
    if (state === 'missing') break;
    const isLate = world.clock.nowMs() - startedMs > LEAVING_SECONDS * 1_000;
    if (!createNamespace || isLate || world.signal?.aborted) throw new ProblemError([namespaceTerminating(namespace)], 'apply');
    if (looks === 0) world.report({ type: 'waiting', because: `ns/${namespace} is being deleted; it is created anew when it is gone` });
    await world.clock.sleep(LEAVING_PAUSE_MS, world.signal);
  }
  await cluster.apply(renderNamespace(namespace));
  return true;
}

async function stateOf(cluster: Cluster, environment: EnvironmentConfig): Promise<'there' | 'leaving' | 'missing'> {
  const { apiVersion, kind } = RESOURCES.Namespace;
  const live = await cluster.read({ apiVersion, kind, name: environment.namespace }).catch(presumeThere);
  if (live === true) return 'there';
  if (live) return isLeaving(live) ? 'leaving' : 'there';
  if (environment.createNamespace) return 'missing';
  throw new ProblemError([namespaceMissing(environment.namespace, cluster.context)], 'preflight');
}

/** Who may deploy into a namespace need not be allowed to read it; the first write will tell. */
function presumeThere(error: unknown): true {
  if (error instanceof ProblemError && error.problems.every((problem) => problem.code === 'forbidden')) return true;
  throw error;
}

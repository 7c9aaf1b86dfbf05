import { type Problem, ProblemError } from '@modelyard/core';
import type { Cluster, ClusterAccess } from './cluster/index.ts';
import { type DeployOutcome, deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import type { World } from './world.ts';

/** How the deploy of one service of many ended. */
export type ServiceOutcome =
  | { readonly service: string; readonly ok: true; readonly outcome: DeployOutcome }
  | { readonly service: string; readonly ok: false; readonly error: ProblemError };

/** Services that are deployed at the same time. */
export const DEFAULT_CONCURRENCY = 4;

/**
 * Deploys services through one connection, a few at a time. A service that fails stops none of the others; after an
 * interruption no further one begins.
 */
export async function deployServices(
  requests: readonly DeployRequest[],
  world: World,
  concurrency = DEFAULT_CONCURRENCY,
): Promise<ServiceOutcome[]> {
  const shared = shareConnections(world);
  const outcomes: ServiceOutcome[] = [];
  const waiting = [...requests.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, request] = next;
      outcomes[index] = await deployOne(request, requests.length > 1 ? naming(shared.world, request.service) : shared.world);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, requests.length) }, work));
  } finally {
    await shared.close();
  }
  return outcomes;
}

/** The error to end with: the problems of all services that failed, with the exit code of the first; undefined when none did. */
export function failureOf(outcomes: readonly ServiceOutcome[]): ProblemError | undefined {
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
  return errors.length > 0
    ? new ProblemError(
        errors.flatMap((error) => error.problems),
        errors[0]?.exit,
      )
    : undefined;
}

async function deployOne(request: DeployRequest, world: World): Promise<ServiceOutcome> {
  const { service } = request;
  if (world.signal?.aborted) return { service, ok: false, error: new ProblemError([notBegun(request)], 'interrupted') };
  try {
    return { service, ok: true, outcome: await deployService(request, world) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { service, ok: false, error };
  }
}

const naming = (world: World, service: string): World => ({ ...world, report: (event) => world.report(event, service) });

/** A world in which every service of one cluster uses the same connection; it is closed at the end and not before. */
function shareConnections(world: World): { world: World; close: () => Promise<void> } {
  const opened = new Map<string, Promise<Cluster>>();
  const connect = async (access: ClusterAccess): Promise<Cluster> => {
    const key = JSON.stringify([access.context, access.kubeconfigs, access.expected]);
    const cluster = opened.get(key) ?? world.connect(access);
    opened.set(key, cluster);
    return { ...(await cluster), close: async () => undefined };
  };
  const close = async (): Promise<void> => {
    const clusters = await Promise.allSettled(opened.values());
    await Promise.all(clusters.map((cluster) => (cluster.status === 'fulfilled' ? cluster.value.close() : undefined)));
  };
  return { world: { ...world, connect }, close };
}

function notBegun(request: DeployRequest): Problem {
  return {
    code: 'interrupted',
    where: `${request.service} in ns/${request.environment.namespace}`,
    what: 'stopped before its deploy began; nothing of it was changed',
    remedy: 'deploy again',
  };
}

import { ProblemError } from '@modelyard/core';
import { lookAhead } from './ahead.ts';
import type { Cluster } from './cluster/index.ts';
import { type DeployOutcome, deployService, type Surveyed } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { isLeaving } from './kube/index.ts';
import { isNamespaceLeaving } from './namespace.ts';
import { keepServed, planIfLive, type Release, type Standing, surveyReleases } from './release/index.ts';
import { releaseOf } from './release-of.ts';
import { distinct } from './settle.ts';
import { shareConnections } from './share-connections.ts';
import { accessTo } from './target.ts';
import type { World } from './world.ts';

/** How the deploy of one service of many ended. */
export type ServiceOutcome =
  | { readonly service: string; readonly ok: true; readonly outcome: DeployOutcome }
  | { readonly service: string; readonly ok: false; readonly error: ProblemError; readonly begun: boolean };

/** Services that are deployed at the same time; most of that time is waiting for models to load. */
export const DEFAULT_CONCURRENCY = 16;

/**
 * Deploys services through one connection, a few at a time: first those that are live already, which only have to be
 * proved. A service that fails stops none of the others; after an interruption no further one begins.
 */
export async function deployServices(
  requests: readonly DeployRequest[],
  world: World,
  concurrency = DEFAULT_CONCURRENCY,
): Promise<ServiceOutcome[]> {
  const shared = shareConnections(
    requests.map(({ service }) => service),
    world,
  );
  const outcomes: ServiceOutcome[] = [];
  const isMany = requests.length > 1;
  try {
    const surveyed = isMany ? await surveyAll(requests, shared.world) : new Map<DeployRequest, Found>();
    const waiting = liveFirst(requests, surveyed);
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, request] = next;
        const own = isMany ? naming(shared.world, request.service) : shared.world;
        const outcome = await deployOne(request, own, surveyed.get(request));
        if (isMany && !outcome.ok) own.report({ type: 'failed', problems: outcome.error.problems });
        outcomes[index] = outcome;
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, requests.length) }, work));
  } finally {
    await shared.close();
  }
  if (isMany) world.report({ type: 'summary', services: requests.length, failed: failedOf(outcomes) });
  return outcomes;
}

const failedOf = (outcomes: readonly ServiceOutcome[]): string[] => outcomes.flatMap(({ ok, service }) => (ok ? [] : [service]));

/** The error to end with: the problems of all services that failed, with the exit code of the first; undefined when none did. */
export function failureOf(outcomes: readonly ServiceOutcome[]): ProblemError | undefined {
  const failed = outcomes.filter((outcome) => !outcome.ok);
  const errors = [...failed.filter(({ begun }) => begun).map(({ error }) => error), ...notBegunErrors(failed)];
  return errors.length > 0 ? new ProblemError(distinct(errors.flatMap((error) => error.problems)), errors[0]?.exit) : undefined;
}

interface Found extends Surveyed {
  readonly isLive: boolean;
}

/** What each namespace holds of the services. Where that cannot be read, each service meets the problem by itself. */
async function surveyAll(requests: readonly DeployRequest[], world: World): Promise<Map<DeployRequest, Found>> {
  const groups = Map.groupBy(requests, (request) => JSON.stringify([accessTo(request), request.environment.namespace]));
  const surveys = [...groups.values()].map(async (group) => {
    const [{ environment }] = group as [DeployRequest, ...DeployRequest[]];
    const cluster = await world.connect(accessTo(group[0] as DeployRequest));
    const served = (await Promise.all(group.map((request) => servedRelease(cluster, request).catch(passProblem)))).flat();
    const standings = await surveyReleases(
      cluster,
      environment.namespace,
      served.map(({ release }) => release),
    );
    const found = served.map(({ request, wanted, release }, index) => {
      const standing = standings[index] as Standing;
      return { request, wanted, release, standing, isLive: planIfLive(standing.inventory, release) !== undefined };
    });
    // A service that looks at the namespace by itself is told of it.
    if (found.some(lacksPods) && (await isNamespaceLeaving(cluster, environment))) return [];
    return withAhead(cluster, found, world);
  });
  return new Map((await Promise.all(surveys.map((survey) => survey.catch(passProblem)))).flat());
}

/** Live by its spec and short of pods: in a namespace that is being deleted, the pods go first. */
function lacksPods({ isLive, standing: { rollout } }: Found): boolean {
  const { spec, status } = rollout.deployment ?? {};
  return isLive && (rollout.pods.some(isLeaving) || (status?.availableReplicas ?? 0) < (spec?.replicas ?? 1));
}

/** Of those that are not live, what their deploys have to know is read for all at once. */
async function withAhead(cluster: Cluster, found: readonly (Found & { request: DeployRequest; release: Release })[], world: World) {
  const changed = found.filter(({ isLive, request }) => !isLive && !request.dryRun);
  const releases = changed.map(({ release }) => release);
  const aheads = changed.length > 1 ? await lookAhead(cluster, releases, world.clock) : [];
  const aheadOf = new Map(changed.map(({ request }, index) => [request, aheads[index]]));
  return found.map(({ request, wanted, standing, isLive }) => {
    const ahead = aheadOf.get(request);
    return [request, { wanted, standing, isLive, ...(ahead ? { ahead } : {}) }] as const;
  });
}

async function servedRelease(cluster: Cluster, request: DeployRequest) {
  const wanted = releaseOf(request);
  return [{ request, wanted, release: await keepServed(cluster, wanted, () => undefined) }];
}

function passProblem(error: unknown): [] {
  if (error instanceof ProblemError) return [];
  throw error;
}

/** A survey grows old while others roll out, so those that rely on it go first. */
function liveFirst(requests: readonly DeployRequest[], surveyed: ReadonlyMap<DeployRequest, Found>): [number, DeployRequest][] {
  const all = [...requests.entries()];
  const isLive = ([, request]: [number, DeployRequest]) => surveyed.get(request)?.isLive === true;
  return [...all.filter(isLive), ...all.filter((one) => !isLive(one))];
}

async function deployOne(request: DeployRequest, world: World, surveyed: Surveyed | undefined): Promise<ServiceOutcome> {
  const { service } = request;
  if (world.signal?.aborted)
    return { service, ok: false, error: notBegun(`${service} in ns/${request.environment.namespace}`), begun: false };
  try {
    return { service, ok: true, outcome: await deployService(request, world, surveyed) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { service, ok: false, error, begun: true };
  }
}

const naming = (world: World, service: string): World => ({ ...world, report: (event) => world.report(event, service) });

/** Of hundreds that never began, one problem is told; it must not hide why others failed. */
function notBegunErrors(failed: readonly (ServiceOutcome & { ok: false })[]): ProblemError[] {
  const idle = failed.filter(({ begun }) => !begun);
  return idle.length > 1 ? [notBegun(`${idle[0]?.service} and ${idle.length - 1} more`)] : idle.map(({ error }) => error);
}

function notBegun(where: string): ProblemError {
  const what = 'stopped before its deploy began; nothing of it was changed';
  return new ProblemError([{ code: 'interrupted', where, what, remedy: 'deploy again' }], 'interrupted');
}

import { FIELD_MANAGER, LABEL_INSTANCE, LABEL_MANAGED_BY, ProblemError } from '@modelyard/core';
import type { Cluster, ClusterAccess } from './cluster/index.ts';
import { type DeployOutcome, deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { selectorOf } from './kube/index.ts';
import { keepServed, planIfLive, type Release, type Standing, surveyReleases } from './release/index.ts';
import { releaseOf } from './release-of.ts';
import { distinct } from './settle.ts';
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
  const shared = shareConnections(requests, world);
  const outcomes: ServiceOutcome[] = [];
  const isMany = requests.length > 1;
  try {
    const surveyed = isMany ? await surveyAll(requests, shared.world) : new Map<DeployRequest, Surveyed>();
    const waiting = liveFirst(requests, surveyed);
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, request] = next;
        const own = isMany ? naming(shared.world, request.service) : shared.world;
        const outcome = await deployOne(request, own, surveyed.get(request)?.standing);
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

interface Surveyed {
  readonly standing: Standing;
  readonly isLive: boolean;
}

/** What each namespace holds of the services. Where that cannot be read, each service meets the problem by itself. */
async function surveyAll(requests: readonly DeployRequest[], world: World): Promise<Map<DeployRequest, Surveyed>> {
  const groups = Map.groupBy(requests, (request) => JSON.stringify([accessTo(request), request.environment.namespace]));
  const surveys = [...groups.values()].map(async (group) => {
    const [{ environment }] = group as [DeployRequest, ...DeployRequest[]];
    const cluster = await world.connect(accessTo(group[0] as DeployRequest));
    const wanted = (await Promise.all(group.map((request) => servedRelease(cluster, request).catch(passProblem)))).flat();
    const standings = await surveyReleases(
      cluster,
      environment.namespace,
      wanted.map(({ release }) => release),
    );
    return wanted.map(({ request, release }, index) => {
      const standing = standings[index] as Standing;
      return [request, { standing, isLive: planIfLive(standing.inventory, release) !== undefined }] as const;
    });
  });
  return new Map((await Promise.all(surveys.map((survey) => survey.catch(passProblem)))).flat());
}

async function servedRelease(cluster: Cluster, request: DeployRequest): Promise<{ request: DeployRequest; release: Release }[]> {
  return [{ request, release: await keepServed(cluster, releaseOf(request), () => undefined) }];
}

function passProblem(error: unknown): [] {
  if (error instanceof ProblemError) return [];
  throw error;
}

/** A survey grows old while others roll out, so those that rely on it go first. */
function liveFirst(requests: readonly DeployRequest[], surveyed: ReadonlyMap<DeployRequest, Surveyed>): [number, DeployRequest][] {
  const all = [...requests.entries()];
  const isLive = ([, request]: [number, DeployRequest]) => surveyed.get(request)?.isLive === true;
  return [...all.filter(isLive), ...all.filter((one) => !isLive(one))];
}

async function deployOne(request: DeployRequest, world: World, surveyed: Standing | undefined): Promise<ServiceOutcome> {
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

/** A world in which every service of one cluster uses the same connection and watches; it is closed at the end and not before. */
function shareConnections(requests: readonly DeployRequest[], world: World): { world: World; close: () => Promise<void> } {
  const services = requests.map(({ service }) => service);
  const among = services.length > 1 ? `${selectorOf(LABEL_INSTANCE, services)},${LABEL_MANAGED_BY}=${FIELD_MANAGER}` : undefined;
  const opened = new Map<string, Promise<Cluster>>();
  const connect = async (access: ClusterAccess): Promise<Cluster> => {
    const key = JSON.stringify([access.context, access.kubeconfigs, access.expected]);
    const cluster = opened.get(key) ?? world.connect(access);
    opened.set(key, cluster);
    return { ...(among ? watchingAmong(await cluster, among) : await cluster), close: async () => undefined };
  };
  const close = async (): Promise<void> => {
    const clusters = await Promise.allSettled(opened.values());
    await Promise.all(clusters.map((cluster) => (cluster.status === 'fulfilled' ? cluster.value.close() : undefined)));
  };
  return { world: { ...world, connect }, close };
}

/** A cluster whose watches are shared among all that the label selector selects. */
function watchingAmong(cluster: Cluster, among: string): Cluster {
  return {
    ...cluster,
    watch: (query, onItems, signal) => cluster.watch({ ...query, among }, onItems, signal),
    until: (signal) => watchingAmong(cluster.until(signal), among),
  };
}

/** Of hundreds that never began, one problem is told; it must not hide why others failed. */
function notBegunErrors(failed: readonly (ServiceOutcome & { ok: false })[]): ProblemError[] {
  const idle = failed.filter(({ begun }) => !begun);
  return idle.length > 1 ? [notBegun(`${idle[0]?.service} and ${idle.length - 1} more`)] : idle.map(({ error }) => error);
}

function notBegun(where: string): ProblemError {
  const what = 'stopped before its deploy began; nothing of it was changed';
  return new ProblemError([{ code: 'interrupted', where, what, remedy: 'deploy again' }], 'interrupted');
}

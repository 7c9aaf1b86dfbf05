import { SERVICE_PORT } from '@modelyard/core';
import type { Cluster } from './cluster/index.ts';
import type { DeployRequest } from './deploy-request.ts';
import { withDeployLock } from './lock/index.ts';
import { ensureNamespace, namespaceExists } from './namespace.ts';
import type { Plan } from './plan/index.ts';
import {
  type BroughtUp,
  bringUp,
  keepServed,
  planIfLive,
  planInNewNamespace,
  planRelease,
  proveRelease,
  type Release,
  readStanding,
  type Standing,
  surveyReleases,
} from './release/index.ts';
import { releaseOf } from './release-of.ts';
import { rollBackAfter } from './rollback.ts';
import { accessTo, expectConfirmed } from './target.ts';
import type { World } from './world.ts';

export type DeployOutcome =
  | { readonly outcome: 'planned'; readonly plan: Plan }
  | ({ readonly outcome: 'deployed'; readonly seconds: number } & BroughtUp);

/**
 * Brings one service to its spec and proves it; a ProblemError tells the cause when it cannot, and what is live now. Who
 * deploys many gives what a survey of all of them found, a moment ago.
 */
export async function deployService(request: DeployRequest, world: World, surveyed?: Standing): Promise<DeployOutcome> {
  if (!request.dryRun) expectConfirmed(request, request.yes, 'a deploy');
  const startedMs = world.clock.nowMs();
  const cluster = await world.connect(accessTo(request));
  try {
    reportStart(request, world);
    const release = await keepServed(cluster, releaseOf(request), (note) => world.report({ type: 'noted', ...note }));
    const standing = surveyed ?? (await surveyOne(cluster, release));
    if (request.dryRun) return { outcome: 'planned', plan: await planOnly(cluster, release, standing, world) };
    const done = (await confirmLive(cluster, release, standing, world)) ?? (await deployLocked(cluster, release, request, world));
    const seconds = (world.clock.nowMs() - startedMs) / 1000;
    world.report({ type: 'deployed', service: request.service, namespace: request.environment.namespace, port: SERVICE_PORT, seconds });
    return { outcome: 'deployed', seconds, ...done };
  } finally {
    await cluster.close();
  }
}

/** A release that is live already is proved again, and nothing is written. */
async function confirmLive(cluster: Cluster, release: Release, standing: Standing, world: World): Promise<BroughtUp | undefined> {
  const plan = planIfLive(standing.inventory, release);
  if (!plan) return undefined;
  world.report({ type: 'planned', plan, dryRun: false });
  return { plan, revision: plan.revision, ...(await proveRelease(cluster, release, world, standing.rollout)) };
}

async function surveyOne(cluster: Cluster, release: Release): Promise<Standing> {
  const [standing] = await surveyReleases(cluster, release.environment.namespace, [release]);
  return standing as Standing;
}

/** What others may have changed until the lock was ours is read again. */
async function deployLocked(cluster: Cluster, release: Release, request: DeployRequest, world: World): Promise<BroughtUp> {
  const { service, environment, lockWaitSeconds: waitSeconds } = request;
  const isNew = await ensureNamespace(cluster, environment, world);
  const lock = { service, namespace: environment.namespace, ...(waitSeconds === undefined ? {} : { waitSeconds }) };
  return withDeployLock(cluster, lock, world, async (locked, held) => {
    const inventory = await readStanding(held, release);
    const plan = isNew ? planInNewNamespace(release) : await planRelease(held, release, inventory);
    world.report({ type: 'planned', plan, dryRun: false });
    try {
      return await bringUp(held, release, plan, inventory, locked);
    } catch (error) {
      throw request.noRollback ? error : await rollBackAfter(error, held, release, locked);
    }
  });
}

async function planOnly(cluster: Cluster, release: Release, standing: Standing, world: World): Promise<Plan> {
  const plan = (await namespaceExists(cluster, release.environment))
    ? await planRelease(cluster, release, standing.inventory)
    : planInNewNamespace(release);
  world.report({ type: 'planned', plan, dryRun: true });
  return plan;
}

function reportStart(request: DeployRequest, world: World): void {
  const { service, environment, image } = request;
  const { name, context, namespace } = environment;
  world.report({ type: 'started', service, environment: name, context, namespace, image: image.ref });
}

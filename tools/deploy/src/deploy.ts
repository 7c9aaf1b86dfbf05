import { ProblemError, SERVICE_PORT } from '@modelyard/core';
import { type Ahead, isFresh, lookAhead, surveyAhead } from './ahead.ts';
import { type Canary, chooseRollout, podsBeside, reportCanary, runCanary } from './canary/index.ts';
import type { Cluster } from './cluster/index.ts';
import type { DeployRequest } from './deploy-request.ts';
import type { Inventory } from './inventory/index.ts';
import { isFree, lockOf, withDeployLock } from './lock/index.ts';
import { ensureNamespace, isNamespaceLeaving, isNamespaceSeen, namespaceExists } from './namespace.ts';
import { pinImage } from './pin-image.ts';
import type { Plan } from './plan/index.ts';
import { expectReleaseRights, preflight } from './preflight/index.ts';
import {
  type BroughtUp,
  bringUp,
  expectRouteTaken,
  keepServed,
  planIfLive,
  planInNewNamespace,
  planRelease,
  proveRelease,
  type Release,
  readOnceGone,
  type Standing,
} from './release/index.ts';
import { releaseOf } from './release-of.ts';
import { askingAhead } from './remember-answers.ts';
import { causesOnce, type Note } from './report/index.ts';
import { rollBackAfter } from './rollback.ts';
import { watchRollout } from './rollout-watch.ts';
import { settleAll } from './settle.ts';
import { accessTo, expectConfirmed } from './target.ts';
import type { World } from './world.ts';

export type DeployOutcome =
  | { readonly outcome: 'planned'; readonly plan: Plan }
  | ({ readonly outcome: 'deployed'; readonly seconds: number } & BroughtUp);

/** What was found of a service a moment ago. */
export interface Surveyed {
  /** What the request asks for. */
  readonly wanted: Release;
  readonly standing: Standing;
  readonly ahead?: Ahead;
}

/**
 * Brings one service to its spec and proves it; a ProblemError tells the cause when it cannot, and what is live now. Who
 * deploys many gives what a survey of all of them found, a moment ago.
 */
export async function deployService(original: DeployRequest, outside: World, surveyed?: Surveyed): Promise<DeployOutcome> {
  const world = { ...outside, report: causesOnce(outside.report) };
  if (!original.dryRun) await expectConfirmed(original, original.yes, 'a deploy', world);
  const startedMs = world.clock.nowMs();
  const tell = (note: Note) => world.report({ type: 'noted', ...note });
  const { request, cluster } = await pinAndConnect(original, world, tell);
  try {
    const wanted = request === original && surveyed ? surveyed.wanted : releaseOf(request);
    reportStart(request, wanted.image, world);
    const release = await keepServed(cluster, wanted, tell);
    const survey = surveyed ? { ...surveyed, asked: cluster } : await surveyOrExplain(cluster, release, world);
    const { standing } = survey;
    if (request.dryRun) return { outcome: 'planned', plan: await planOnly(survey.asked, release, standing.inventory, world) };
    const done = (await confirmLive(cluster, release, survey, world)) ?? (await deployChecked(cluster, release, survey, request, world));
    const seconds = (world.clock.nowMs() - startedMs) / 1000;
    world.report({ type: 'deployed', service: request.service, namespace: request.environment.namespace, port: SERVICE_PORT, seconds });
    return { outcome: 'deployed', seconds, ...done };
  } finally {
    await cluster.close();
  }
}

/** The registry and the cluster are asked at the same time; what is wrong with the image is told before what is wrong with the cluster. */
async function pinAndConnect(asked: DeployRequest, world: World, tell: (note: Note) => void) {
  const pinned = pinImage(asked, world, tell);
  const connected = world.connect({ ...accessTo(asked), readsAtOnce: true });
  const [request, cluster] = await Promise.allSettled([pinned, connected]);
  if (request.status === 'rejected') {
    if (cluster.status === 'fulfilled') await cluster.value.close();
    throw request.reason;
  }
  return { request: request.value, cluster: await connected };
}

/**
 * Reads what is there. Who may not even do that is told all that is not allowed, instead of the first of it; what is asked before the lock is on its
 * way meanwhile.
 */
async function surveyOrExplain(cluster: Cluster, release: Release, world: World): Promise<Survey> {
  const ahead = askingAhead(cluster, release.environment);
  try {
    const surveying = surveyAhead(cluster, release, world.clock);
    // Not before the lock is looked at: that answer is waited for first.
    ahead.ask();
    return { ...(await surveying), asked: ahead.cluster };
  } catch (error) {
    if (error instanceof ProblemError && error.problems.some((problem) => problem.code === 'forbidden')) {
      await expectReleaseRights(ahead.cluster, release);
    }
    throw error;
  }
}

/** A release that is live already is proved again, and nothing is written. */
async function confirmLive(cluster: Cluster, release: Release, { standing, asked }: Survey, world: World): Promise<BroughtUp | undefined> {
  const plan = planIfLive(standing.inventory, release);
  if (!plan) return undefined;
  // Of one service this is asked already; of many it would cost a request for each.
  if (asked !== cluster && (await isNamespaceLeaving(asked, release.environment))) return undefined;
  world.report({ type: 'planned', plan, dryRun: false });
  const proof = await proveRelease(cluster, release, world, { rollout: standing.rollout });
  expectRouteTaken(standing.inventory.members);
  return { plan, revision: plan.revision, ...proof };
}

/** What was found of a service, and a cluster that remembers what it was asked meanwhile. */
interface Survey {
  readonly standing: Standing;
  readonly ahead?: Ahead;
  readonly asked: Cluster;
}

async function deployChecked(
  cluster: Cluster,
  release: Release,
  { standing: { inventory }, ahead, asked }: Survey,
  request: DeployRequest,
  world: World,
): Promise<BroughtUp> {
  const checked = preflightBefore(asked, release, inventory, world);
  const known = ahead && isFresh(ahead, world.clock) ? Promise.resolve([ahead]) : lookAhead(cluster, [release], world.clock);
  const [chosen, [current], isThere] = await settleAll([checked, known, isNamespaceSeen(asked, release.environment)]);
  const isNew = !isThere && (await ensureNamespace(cluster, request.environment, world));
  return deployLocked(cluster, chosen, { ...(current as Ahead), isNew }, request, world);
}

/** Preflight before the lock is ours; whether there will be a canary is decided again under it. */
async function preflightBefore(cluster: Cluster, release: Release, inventory: Inventory, world: World): Promise<Release> {
  const rollout = await chooseRollout(cluster, release, inventory);
  const beside = rollout.choice === 'canary' ? podsBeside(rollout.canary) : undefined;
  return preflight(cluster, release, inventory, (finding) => world.report(finding), beside);
}

/**
 * What others may have changed until the lock was ours is read again, and tried again, unless the lock shows that nobody did. While it is taken,
 * what the server would make of the objects is asked already, and the watches open: none of this changes anything.
 */
async function deployLocked(
  cluster: Cluster,
  release: Release,
  ahead: Ahead & { readonly isNew: boolean },
  request: DeployRequest,
  world: World,
): Promise<BroughtUp> {
  const { isNew } = ahead;
  const over = new AbortController();
  const early = release.canary ? undefined : watchRollout(cluster, release.environment.namespace, release.service, over.signal);
  const tried = isNew || release.canary || !isFree(ahead.seen) ? undefined : planRelease(cluster, release, ahead.inventory);
  // Who has the lock meets what is wrong with it; who has not is told of the lock.
  tried?.catch(() => undefined);
  const deployHeld = async (locked: World, held: Cluster, isAsSeen: boolean): Promise<BroughtUp> => {
    const inventory = await readOnceGone(held, release, locked, isAsSeen ? ahead.inventory : undefined);
    const canary = isNew ? undefined : await canaryOf(held, release, inventory, locked);
    if (canary) return runCanary(held, canary, locked, request.noRollback ?? false);
    const isAsTried = inventory === ahead.inventory && tried !== undefined;
    const plan = isNew ? planInNewNamespace(release) : await (isAsTried ? tried : planRelease(held, release, inventory));
    world.report({ type: 'planned', plan, dryRun: false });
    try {
      return await bringUp(held, release, plan, inventory, locked, early);
    } catch (error) {
      throw request.noRollback ? error : await rollBackAfter(error, held, release, locked);
    }
  };
  try {
    return await withDeployLock(cluster, lockOf(request), world, deployHeld, ahead.seen);
  } finally {
    over.abort();
  }
}

/** The canary of a release; none, and why, when its pods replace the others one by one. */
async function canaryOf(cluster: Cluster, release: Release, inventory: Inventory, world: World): Promise<Canary | undefined> {
  const rollout = await chooseRollout(cluster, release, inventory);
  if (rollout.choice === 'canary') return rollout.canary;
  if ('because' in rollout) world.report({ type: 'canary-left-out', because: rollout.because });
  return undefined;
}

async function planOnly(cluster: Cluster, release: Release, inventory: Inventory, world: World): Promise<Plan> {
  const isThere = await namespaceExists(cluster, release.environment);
  const chosen = await preflightBefore(cluster, release, inventory, world);
  const canary = isThere ? await canaryOf(cluster, chosen, inventory, world) : undefined;
  if (canary) reportCanary(canary, world);
  const plan = isThere ? await planRelease(cluster, chosen, inventory) : planInNewNamespace(chosen);
  world.report({ type: 'planned', plan, dryRun: true });
  return plan;
}

function reportStart({ service, environment }: DeployRequest, image: string, world: World): void {
  const { name, context, namespace } = environment;
  world.report({ type: 'started', service, environment: name, context, namespace, image });
}

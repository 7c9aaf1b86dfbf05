import { type ExitName, type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from './cluster/index.ts';
import type { Inventory } from './inventory/index.ts';
import type { LiveDeployment } from './kube/index.ts';
import { lockOf, withDeployLock } from './lock/index.ts';
import { modelContainer } from './model-container.ts';
import { isUnchanged } from './plan/index.ts';
import { preflight } from './preflight/index.ts';
import {
  type BroughtUp,
  bringUp,
  inLiveWay,
  isLive,
  planRelease,
  type Release,
  readOnceGone,
  readStanding,
  UnprovedError,
} from './release/index.ts';
import { releaseOfRevision } from './release-of-revision.ts';
import type { Note } from './report/index.ts';
import { listRevisions, type Revision, readRevision, type StoredRevision } from './revisions/index.ts';
import { accessTo, expectConfirmed, type Target } from './target.ts';
import type { World } from './world.ts';

export interface RollbackRequest extends Target {
  /** Left out, the last proved revision that is not live now. */
  readonly to?: number;
  readonly yes: boolean;
  readonly timeoutSeconds?: number;
  readonly lockWaitSeconds?: number;
}

const LIVE_TIMEOUT_MS = 5_000;
/** Failures after which nothing is undone: another one deploys now, or somebody said stop. */
const LEFT_AS_IT_IS: ReadonlySet<ExitName> = new Set(['interrupted', 'locked']);
/** Without these nothing can be undone either. */
const OUT_OF_REACH: ReadonlySet<string> = new Set(['no-cluster', 'no-api-server', 'unauthorized', 'no-credentials']);

/** Brings an earlier revision back and waits for it; it becomes the latest of the history. */
export async function rollbackService(request: RollbackRequest, world: World): Promise<BroughtUp> {
  await expectConfirmed(request, request.yes, 'a rollback', world);
  const cluster = await world.connect(accessTo(request));
  try {
    return await withDeployLock(cluster, lockOf(request), world, async (locked, held) => {
      const release = await releaseOfRevision(held, await chooseRevision(held, request), request, tellOn(world));
      const inventory = await readOnceGone(held, release, locked);
      return bringBack(held, await preflight(held, release, inventory, (finding) => world.report(finding)), inventory, locked);
    });
  } finally {
    await cluster.close();
  }
}

/**
 * The error to end a failed deploy with, after the last proved revision was brought back. Of a first deploy nothing can be
 * brought back: it is left as it is, to be looked at. Whatever comes up here is told after the cause, and never instead of it.
 */
export async function rollBackAfter(error: unknown, cluster: Cluster, release: Release, world: World): Promise<unknown> {
  if (!(error instanceof UnprovedError) || LEFT_AS_IT_IS.has(error.exit) || world.signal?.aborted) return error;
  const { service, environment } = release;
  if (error.problems.every((problem) => OUT_OF_REACH.has(problem.code))) {
    world.report({ type: 'left', service, because: 'the cluster is out of reach' });
    return error;
  }
  let stored: StoredRevision | undefined;
  try {
    stored = await lastProved(cluster, release);
    if (!stored) {
      world.report({ type: 'left', service, because: 'there is no earlier revision to roll back to' });
      return error;
    }
    // The error itself is told when the way back has come to its end, which may take minutes.
    for (const cause of error.problems) world.report({ type: 'cause', cause });
    world.report({ type: 'rolling-back', to: stored.revision, image: stored.image });
    const back = await releaseOfRevision(cluster, stored, { service, environment }, tellOn(world));
    const inventory = await readOnceGone(cluster, back, world);
    // What had no room on the way there has none on the way back.
    const { plan } = await bringBack(cluster, inLiveWay(back, inventory.members), inventory, world);
    // Nothing had come to the cluster: the deploy was refused, and not rolled back.
    if (isUnchanged(plan)) return error;
    return new ProblemError([...error.problems, rolledBack(release, stored)], 'rolledBack');
  } catch (second) {
    if (!(second instanceof ProblemError)) throw second;
    return new ProblemError(
      [...error.problems, notRolledBack(release, stored, await whatIsLive(cluster, release)), ...second.problems],
      error.exit,
    );
  }
}

/** What runs after all, as far as it can still be asked. */
async function whatIsLive(cluster: Cluster, { service, environment }: Release): Promise<string> {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: service, namespace: environment.namespace };
  const live = (await cluster
    .until(AbortSignal.timeout(LIVE_TIMEOUT_MS))
    .read(ref)
    .catch(() => 'unknown')) as LiveDeployment | 'unknown' | undefined;
  if (live === 'unknown') return 'what is live now could not be asked';
  if (!live) return 'no Deployment is live now';
  const { replicas = 1, template } = live.spec;
  const image = modelContainer(template?.spec?.containers)?.image ?? '';
  return `the Deployment now asks for ${image}; ${live.status?.availableReplicas ?? 0} of ${replicas} pods are available`;
}

async function lastProved(cluster: Cluster, release: Release): Promise<StoredRevision | undefined> {
  const place = { service: release.service, namespace: release.environment.namespace };
  const [last] = await listRevisions(cluster, place);
  return last && readRevision(cluster, place, last.revision);
}

const tellOn = (world: World) => (note: Note) => world.report({ type: 'noted', ...note });

async function bringBack(cluster: Cluster, release: Release, inventory: Inventory, world: World): Promise<BroughtUp> {
  const plan = await planRelease(cluster, release, inventory);
  world.report({ type: 'planned', plan, dryRun: false });
  return bringUp(cluster, release, plan, inventory, world);
}

/** The revision asked for; left open, the last one, or the one before it when the last one is what runs. */
async function chooseRevision(cluster: Cluster, request: RollbackRequest): Promise<StoredRevision> {
  const place = { service: request.service, namespace: request.environment.namespace };
  const known = await listRevisions(cluster, place);
  const wanted = request.to ?? known[0]?.revision;
  const stored = wanted === undefined ? undefined : await readRevision(cluster, place, wanted);
  if (!stored) throw noRevision(request, known);
  if (request.to !== undefined || !(await isLiveNow(cluster, stored, request))) return stored;
  const before = known.slice(1).find((revision) => revision.hash !== stored.hash);
  const earlier = before && (await readRevision(cluster, place, before.revision));
  if (!earlier) throw noRevision(request, known);
  return earlier;
}

async function isLiveNow(cluster: Cluster, stored: StoredRevision, request: RollbackRequest): Promise<boolean> {
  const release = await releaseOfRevision(cluster, stored, request);
  return isLive(await readStanding(cluster, release), release);
}

function noRevision(request: RollbackRequest, known: readonly Revision[]): ProblemError {
  const problem: Problem = {
    code: 'no-revision',
    where: `${request.service} in ns/${request.environment.namespace}`,
    what: request.to === undefined ? 'there is no earlier revision to roll back to' : `there is no revision ${request.to} to roll back to`,
    remedy:
      known.length > 0 ? `known: ${known.map((one) => one.revision).join(', ')}` : 'each proved deploy becomes a revision; deploy first',
  };
  return new ProblemError([problem], 'input');
}

function rolledBack(release: Release, stored: StoredRevision): Problem {
  return {
    code: 'rolled-back',
    where: `${release.service} in ns/${release.environment.namespace}`,
    what: `revision ${stored.revision} (${stored.image}) is live again`,
    remedy: 'mend the cause above, then deploy again; --no-rollback leaves a failed rollout to be looked at',
  };
}

function notRolledBack(release: Release, stored: StoredRevision | undefined, live: string): Problem {
  const what = stored ? `revision ${stored.revision} (${stored.image})` : 'the last proved revision';
  const there = `${release.service} -e ${release.environment.name}`;
  return {
    code: 'rollback-failed',
    where: `${release.service} in ns/${release.environment.namespace}`,
    what: `${what} could not be brought back, and why is told below; ${live}`,
    remedy: `look with "npx modelyard status ${there}", then try "npx modelyard rollback ${there}"`,
  };
}

import { type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from './cluster/index.ts';
import type { Inventory } from './inventory/index.ts';
import { OLD_FIRST } from './kube/index.ts';
import { withDeployLock } from './lock/index.ts';
import { preflight } from './preflight/index.ts';
import { type BroughtUp, bringUp, isLive, planRelease, type Release, readStanding } from './release/index.ts';
import { releaseOfRevision } from './release-of-revision.ts';
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

/** Failures after which what was applied is undone: nobody asked for a service that does not run. */
const UNDONE = new Set(['rollout', 'timeout', 'apply']);

/** Brings an earlier revision back and waits for it; it becomes the latest of the history. */
export async function rollbackService(request: RollbackRequest, world: World): Promise<BroughtUp> {
  await expectConfirmed(request, request.yes, 'a rollback', world);
  const { service, environment, lockWaitSeconds: waitSeconds } = request;
  const cluster = await world.connect(accessTo(request));
  const lock = { service, namespace: environment.namespace, ...(waitSeconds === undefined ? {} : { waitSeconds }) };
  try {
    return await withDeployLock(cluster, lock, world, async (locked) => {
      const stored = await chooseRevision(cluster, request);
      const release = releaseOfRevision(stored, request);
      const inventory = await readStanding(cluster, release);
      return bringBack(cluster, await preflight(cluster, release, inventory, (finding) => world.report(finding)), inventory, locked);
    });
  } finally {
    await cluster.close();
  }
}

/**
 * The error to end a failed deploy with, after the last proved revision was brought back. Of a first deploy nothing can be
 * brought back: it is left as it is, to be looked at.
 */
export async function rollBackAfter(error: unknown, cluster: Cluster, release: Release, world: World): Promise<unknown> {
  if (!(error instanceof ProblemError) || !UNDONE.has(error.exit) || world.signal?.aborted) return error;
  const { service, environment } = release;
  const stored = await lastProved(cluster, release);
  if (!stored) {
    world.report({ type: 'left', service, because: 'there is no earlier revision to roll back to' });
    return error;
  }
  world.report({ type: 'rolling-back', to: stored.revision, image: stored.image });
  try {
    const back = inWayOf(release, releaseOfRevision(stored, { service, environment }));
    await bringBack(cluster, back, await readStanding(cluster, back), world);
    return new ProblemError([...error.problems, rolledBack(release, stored)], 'rolledBack');
  } catch (second) {
    if (!(second instanceof ProblemError)) throw second;
    return new ProblemError([...error.problems, notRolledBack(release, stored), ...second.problems], error.exit);
  }
}

async function lastProved(cluster: Cluster, release: Release): Promise<StoredRevision | undefined> {
  const place = { service: release.service, namespace: release.environment.namespace };
  const [last] = await listRevisions(cluster, place);
  return last && readRevision(cluster, place, last.revision);
}

async function bringBack(cluster: Cluster, release: Release, inventory: Inventory, world: World): Promise<BroughtUp> {
  const plan = await planRelease(cluster, release, inventory);
  world.report({ type: 'planned', plan, dryRun: false });
  return bringUp(cluster, release, plan, inventory, world);
}

/** Where the failed release had no room for a surge, the way back has none either: its pods still hold their places. */
function inWayOf(failed: Release, back: Release): Release {
  return failed.rollingUpdate === OLD_FIRST ? { ...back, rollingUpdate: OLD_FIRST } : back;
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
  const release = releaseOfRevision(stored, request);
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

function notRolledBack(release: Release, stored: StoredRevision): Problem {
  return {
    code: 'rollback-failed',
    where: `${release.service} in ns/${release.environment.namespace}`,
    what: `revision ${stored.revision} (${stored.image}) could not be brought back; why is told below`,
    remedy: `look with "npx modelyard status ${release.service}", then try "npx modelyard rollback ${release.service}"`,
  };
}

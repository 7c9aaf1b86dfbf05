import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import {
  type BroughtUp,
  bringUp,
  carryOut,
  planRelease,
  proveRelease,
  type Release,
  readStanding,
  routeConfirmer,
} from '../release/index.ts';
import type { World } from '../world.ts';
import { type Canary, canaryRelease, type Point, placeOf, releaseAlone, releaseAt, replicasAt, shareAt } from './canary.ts';
import { canaryName, type Mark, markOf } from './names.ts';
import { isServing, listCanaryPods, readCanaryDeployment, waitUntilCanaryGone } from './pods.ts';
import { abortedByOrder, stoppedCanary } from './problems.ts';
import { type Move, nextMove, type Standing } from './steps.ts';
import { watchStep } from './watch.ts';

/** Errors that say nothing of the canary. */
const NOT_ITS_FAULT = new Set(['interrupted', 'locked']);

interface Walk {
  readonly cluster: Cluster;
  readonly canary: Canary;
  readonly world: World;
  /** Ends with a problem when the Gateway refuses the route of a release. */
  readonly confirmRoute: (release: Release) => Promise<void>;
}

/**
 * Walks a canary from where it stands until the service itself has its pods, ready and proved, and the canary is still there.
 * When it throws, no request goes to the canary any more, unless it was interrupted or the service had begun to take its pods.
 */
export async function walkCanary(cluster: Cluster, canary: Canary, world: World): Promise<void> {
  const walk = { cluster, canary, world, confirmRoute: routeConfirmer(cluster, world) };
  reportCanary(canary, world);
  if (canary.isLeaving) await waitUntilCanaryGone(cluster, placeOf(canary), world);
  let standing = initialStanding(canary);
  while (true) {
    standing = { ...standing, ...(await observe(walk)) };
    const move = nextMove(canary.steps, standing);
    if (move.move === 'stop') throw stoppedCanary(canary, standing);
    if (move.move === 'abort') throw standing.failure ?? abortedByOrder(canary);
    if (move.move === 'promote') return promote(walk, standing);
    standing = await attempt(walk, move, standing);
  }
}

/** Tells beside what and by which steps a canary is tried. */
export function reportCanary({ steps, mode, stableReplicas, release, stable }: Canary, world: World): void {
  const name = canaryName(release.service);
  world.report({ type: 'canary-planned', name, mode, steps, stableReplicas, stableImage: stable.image });
}

/** A canary of the same release goes on from its step; of another one nothing is taken over but the way its requests go. */
function initialStanding({ found, hash, foundWeight, steps }: Canary): Standing {
  const isSame = found?.release === hash;
  return {
    step: isSame ? stepOf(found, steps.length) : 0,
    weight: foundWeight,
    isSame,
    isPrepared: false,
    readyPods: 0,
    isProved: false,
    isWatched: false,
    isStopped: false,
  };
}

/** The spec may have got fewer steps since. */
const stepOf = ({ step }: Mark, steps: number): number => (step === 'promoting' ? steps : Math.min(step, steps - 1));

async function observe({ cluster, canary, world }: Walk): Promise<Pick<Standing, 'readyPods' | 'isStopped' | 'order'>> {
  if (world.signal?.aborted) return { readyPods: 0, isStopped: true };
  const place = placeOf(canary);
  const [pods, order] = await Promise.all([listCanaryPods(cluster, place), readOrder(cluster, canary)]);
  return { readyPods: pods.filter(isServing).length, isStopped: false, ...(order ? { order } : {}) };
}

/** What a person told the canary meanwhile. */
async function readOrder(cluster: Cluster, canary: Canary) {
  const live = await readCanaryDeployment(cluster, placeOf(canary));
  const mark = live && markOf(live);
  return mark?.release === canary.hash ? mark.order : undefined;
}

/** A move that fails is a fault of the canary; when taking its requests away fails, too, there is no more to be done. */
async function attempt(walk: Walk, move: Move, standing: Standing): Promise<Standing> {
  try {
    return await carryOutMove(walk, move, standing);
  } catch (error) {
    // Its pods were waited for under a name that no service has.
    if (error instanceof ProblemError && error.exit === 'interrupted' && move.move === 'prove') throw stoppedCanary(walk.canary, standing);
    if (!(error instanceof ProblemError) || standing.failure || NOT_ITS_FAULT.has(error.exit)) throw error;
    // A shift that failed may have been half done.
    const weight = move.move === 'shift' ? Math.max(move.weight, standing.weight) : standing.weight;
    return { ...standing, weight, failure: error };
  }
}

async function carryOutMove(walk: Walk, move: Move, standing: Standing): Promise<Standing> {
  const { cluster, canary, world } = walk;
  switch (move.move) {
    case 'prepare':
      await apply(standing.isSame ? withoutDelivery(walk) : walk, releaseAt(canary, standing));
      return { ...standing, isPrepared: true, isSame: true };
    case 'prove':
      await proveRelease(cluster, canaryRelease(canary), world);
      return { ...standing, isProved: true };
    case 'shift':
      return shift(walk, move.weight, standing);
    case 'watch': {
      const watched = await watchStep(cluster, canary, standing.step, world, () => readOrder(cluster, canary));
      return { ...standing, isWatched: watched === 'passed' };
    }
    case 'advance':
      return { ...standing, step: standing.step + 1, isPrepared: false, isProved: false, isWatched: false };
    default:
      throw new Error(`${move.move} is no move on the way`);
  }
}

async function shift(walk: Walk, weight: number, standing: Standing): Promise<Standing> {
  const { canary, world } = walk;
  const point = { step: standing.step, weight };
  const release = standing.isSame ? releaseAt(canary, point) : releaseAlone(canary, standing.step);
  await apply(withoutDelivery(walk), release);
  if (weight > 0) await walk.confirmRoute(release);
  world.report({ type: 'canary-shifted', ...placeIn(canary, point), pods: replicasAt(canary, standing.step) });
  return { ...standing, weight };
}

function placeIn(canary: Canary, point: Point) {
  const { mode, steps, stableReplicas } = canary;
  const seconds = steps[point.step]?.seconds ?? 0;
  return { step: point.step + 1, steps: steps.length, mode, weight: point.weight, share: shareAt(canary, point), seconds, stableReplicas };
}

/** The cluster has the image since the canary began; loading it again would take its time. */
function withoutDelivery({ world: { deliver: _done, ...world }, ...walk }: Walk): Walk {
  return { ...walk, world };
}

/** Applies what differs; nothing is deleted. */
async function apply({ cluster, world }: Walk, release: Release): Promise<void> {
  const inventory = await readStanding(cluster, release);
  await carryOut(cluster, release, await planRelease(cluster, release, inventory), inventory, world);
}

/** The service takes the new pods while the canary goes on serving. */
async function promote(walk: Walk, standing: Standing): Promise<void> {
  const { cluster, canary, world } = walk;
  const { release, steps } = canary;
  world.report({ type: 'canary-promoting', skipped: Math.max(0, steps.length - standing.step - (standing.isWatched ? 1 : 0)) });
  await apply(withoutDelivery(walk), releaseAt(canary, { step: steps.length, weight: standing.weight }));
  await proveRelease(cluster, release, world);
}

/** Sends all requests to the service, which is proved by now, deletes the canary and records the release. */
export async function closeCanary(cluster: Cluster, canary: Canary, world: World): Promise<BroughtUp> {
  const { release } = canary;
  const inventory = await readStanding(cluster, release);
  const done = await bringUp(cluster, release, await planRelease(cluster, release, inventory), inventory, world);
  await waitUntilCanaryGone(cluster, placeOf(canary), world);
  return done;
}

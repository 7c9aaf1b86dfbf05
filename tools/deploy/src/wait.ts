import { type ExitName, type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from './cluster/index.ts';
import { explainFailure } from './explain.ts';
import type { KubeObject, LivePod } from './kube/index.ts';
import { lookAround } from './look-around.ts';
import {
  type Cause,
  findCauses,
  followProgress,
  judgeRollout,
  noteCauses,
  progressOf,
  type Readiness,
  type Rollout,
  type Sightings,
  sightingKey,
} from './readiness/index.ts';
import type { DeployEvent } from './report/index.ts';
import { type RolloutWatch, watchRollout } from './rollout-watch.ts';
import type { World } from './world.ts';

export interface WaitRequest {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly timeoutSeconds: number;
  /** Whether that is the time of each step of the rollout, as the controller's own deadline is. */
  readonly isTimeOfStep: boolean;
}

/** Longest time between two looks, so that graces and deadlines end when nothing changes. */
const TICK_MS = 1_000;
/** The last look may take so long before it is given up. */
const FRESH_LOOK_SECONDS = 10;

/** What is there already of a wait. */
export interface Begun {
  readonly watch?: RolloutWatch;
  /** The Deployment as the server held it when it had been applied; left out, it is read. */
  readonly applied?: KubeObject;
}

/** The new pods, all ready; a ProblemError with the cause when the rollout fails, and when its time is up. */
export async function waitUntilReady(cluster: Cluster, request: WaitRequest, world: World, begun: Begun = {}): Promise<readonly LivePod[]> {
  const stop = new AbortController();
  const watch = begun.watch ?? watchRollout(cluster, request.namespace, request.name, stop.signal);
  watch.renew(begun.applied);
  const around = lookAround(cluster, request, world);
  const progress = followProgress(() => world.clock.nowMs());
  const joined = () => progress.note(around.join(watch.current()));
  const tell = teller(world, async (first) => {
    // What /health and the nodes say belongs to it, and has just been asked for.
    await around.caughtUp();
    const told = await causeEvent(cluster, request, first, joined());
    if (!stop.signal.aborted) world.report(told);
  });
  const awake = world.signal ? AbortSignal.any([stop.signal, world.signal]) : stop.signal;
  const isLate = (): boolean => {
    const sinceMs = request.isTimeOfStep ? progress.lastMs() : progress.startedMs;
    return world.clock.nowMs() - sinceMs >= request.timeoutSeconds * 1000;
  };
  let sightings: Sightings = new Map();
  try {
    while (true) {
      const news = Promise.race([watch.changed(), around.learned()]);
      // A watch may fail while something else is awaited; the failure is then met at the end of this turn.
      news.catch(() => undefined);
      // A watch may have fallen silent: what it did not tell is asked for before the time counts as up.
      const wasLate = isLate();
      const rollout = wasLate ? progress.note(around.join(await watch.fresh(FRESH_LOOK_SECONDS))) : joined();
      const nowMs = world.clock.nowMs();
      sightings = noteCauses(rollout, sightings, nowMs);
      const readiness = judgeRollout(rollout, sightings, nowMs);
      if (readiness.state === 'ready') return readiness.pods;
      if (readiness.state === 'failed') {
        await around.caughtUp();
        throw await failure(cluster, request, readiness.because, joined(), 'rollout');
      }
      if (wasLate && isLate()) throw await timeUp(cluster, request, readiness, rollout);
      if (world.signal?.aborted) throw interrupted(request);
      tell(readiness);
      await Promise.race([news, world.clock.sleep(TICK_MS, awake)]);
    }
  } finally {
    stop.abort();
  }
}

/** Tells how far the rollout is, when that is news, and each new cause while it still has its grace. */
function teller(world: World, tellCause: (cause: Cause) => Promise<void>): (readiness: Readiness & { state: 'waiting' }) => void {
  const known = new Set<string>();
  let told = '';
  return ({ because, causes }) => {
    if (because !== told) world.report({ type: 'waiting', because });
    told = because;
    const first = causes[0];
    if (!first || known.has(sightingKey(first))) return;
    known.add(sightingKey(first));
    // The rollout itself will tell when the cluster cannot be asked any more.
    void tellCause(first).catch(() => known.delete(sightingKey(first)));
  };
}

/** A cause as it is now, with its log and events. */
async function causeEvent(cluster: Cluster, { namespace }: WaitRequest, first: Cause, rollout: Rollout): Promise<DeployEvent> {
  const now = findCauses(rollout).find((one) => sightingKey(one) === sightingKey(first)) ?? first;
  const cause = await explainFailure(cluster, namespace, now, rollout);
  return { type: 'cause', cause, ...(Number.isFinite(now.graceSeconds) ? { graceSeconds: now.graceSeconds } : {}) };
}

async function failure(cluster: Cluster, request: WaitRequest, cause: Cause, rollout: Rollout, exit: ExitName): Promise<ProblemError> {
  return new ProblemError([await explainFailure(cluster, request.namespace, cause, rollout)], exit);
}

function timeUp(
  cluster: Cluster,
  request: WaitRequest,
  readiness: Readiness & { state: 'waiting' },
  rollout: Rollout,
): Promise<ProblemError> {
  const known = readiness.causes[0];
  const cause: Cause = {
    code: 'not-ready',
    where: `deployment/${request.name}`,
    what: `${progressOf(rollout)} ${request.isTimeOfStep ? 'and no further for' : 'after'} ${request.timeoutSeconds} s${known ? `; ${known.where}: ${known.what}` : ''}`,
    remedy: known?.remedy ?? 'raise model.loadBudgetSeconds in model-service.yaml, or wait longer: --timeout (with Nx, --timeoutSeconds)',
    graceSeconds: 0,
    ...(known?.pod ? { pod: known.pod } : {}),
    ...(known?.container ? { container: known.container } : {}),
    ...(known?.details ? { details: known.details } : {}),
  };
  return failure(cluster, request, cause, rollout, 'timeout');
}

function interrupted(request: WaitRequest): ProblemError {
  const problem: Problem = {
    code: 'interrupted',
    where: `deployment/${request.name} in ns/${request.namespace}`,
    what: 'stopped while the rollout was under way; what was applied stays',
    remedy: `deploy again to carry on, or look with "npx nx run ${request.name}:status"`,
  };
  return new ProblemError([problem], 'interrupted');
}

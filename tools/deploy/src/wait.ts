import { type ExitName, HEALTH_PATH, type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from './cluster/index.ts';
import { explainFailure } from './explain.ts';
import { type LiveNode, type LivePod, RESOURCES } from './kube/index.ts';
import {
  type Cause,
  type HealthAnswer,
  judgeRollout,
  newPods,
  noteCauses,
  probeEvent,
  progressOf,
  type Readiness,
  type Rollout,
  type Sightings,
} from './readiness/index.ts';
import { watchRollout } from './rollout-watch.ts';
import type { World } from './world.ts';

export interface WaitRequest {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly timeoutSeconds: number;
}

/** Longest time between two looks, so that graces and deadlines end when nothing changes. */
const TICK_MS = 1_000;

/** The new pods, all ready; a ProblemError with the cause when the rollout fails, and when its time is up. */
export async function waitUntilReady(cluster: Cluster, request: WaitRequest, world: World): Promise<readonly LivePod[]> {
  const stop = new AbortController();
  const watch = watchRollout(cluster, request.namespace, request.name, stop.signal);
  const look = lookAround(cluster, request, world);
  const awake = world.signal ? AbortSignal.any([stop.signal, world.signal]) : stop.signal;
  const startedMs = world.clock.nowMs();
  let sightings: Sightings = new Map();
  let told = '';
  try {
    while (true) {
      const changed = watch.changed();
      const rollout = await look(watch.current());
      const nowMs = world.clock.nowMs();
      sightings = noteCauses(rollout, sightings, nowMs);
      const readiness = judgeRollout(rollout, sightings, nowMs);
      if (readiness.state === 'ready') return readiness.pods;
      if (readiness.state === 'failed') throw await failure(cluster, request, readiness.because, rollout, 'rollout');
      if (nowMs - startedMs >= request.timeoutSeconds * 1000) throw await timeUp(cluster, request, readiness, rollout);
      if (world.signal?.aborted) throw interrupted(request);
      if (readiness.because !== told) world.report({ type: 'waiting', because: readiness.because });
      told = readiness.because;
      await Promise.race([changed, world.clock.sleep(TICK_MS, awake)]);
    }
  } finally {
    stop.abort();
  }
}

type Look = (seen: Omit<Rollout, 'health' | 'nodes'>) => Promise<Rollout>;

/** Adds what watches do not tell: what /health of a pod with a failing probe says, and what the nodes have. */
function lookAround(cluster: Cluster, request: WaitRequest, world: World): Look {
  const health = new Map<string, HealthAnswer>();
  let askedMs = Number.NEGATIVE_INFINITY;
  let nodes: readonly LiveNode[] | undefined;
  return async (seen) => {
    const rollout: Rollout = { ...seen, health };
    const ailing = newPods(rollout).filter((pod) => isRunningUnready(pod) && probeEvent(pod, rollout));
    if (ailing.length > 0 && world.clock.nowMs() - askedMs >= TICK_MS) {
      askedMs = world.clock.nowMs();
      await Promise.all(ailing.slice(0, 3).map((pod) => askHealth(cluster, request, pod, health)));
    }
    if (nodes === undefined && newPods(rollout).some(isUnschedulable)) nodes = await readNodes(cluster);
    return nodes ? { ...rollout, nodes } : rollout;
  };
}

async function askHealth(cluster: Cluster, request: WaitRequest, pod: LivePod, health: Map<string, HealthAnswer>): Promise<void> {
  const { namespace, port } = request;
  const question = { method: 'GET', path: HEALTH_PATH, port } as const;
  const answer = await cluster.askPod({ namespace, name: pod.metadata.name }, question).catch(ignoreProblem);
  if (answer?.reached) health.set(pod.metadata.name, { status: answer.status, text: answer.text });
}

/** Reading nodes is a right that many deployers lack; the message is then shorter. */
async function readNodes(cluster: Cluster): Promise<readonly LiveNode[] | undefined> {
  return (await cluster.list({ resource: RESOURCES.Node }).catch(ignoreProblem)) as readonly LiveNode[] | undefined;
}

function ignoreProblem(error: unknown): undefined {
  if (!(error instanceof ProblemError)) throw error;
}

const isRunningUnready = (pod: LivePod): boolean => pod.status?.containerStatuses?.some((one) => one.state?.running && !one.ready) ?? false;

const isUnschedulable = (pod: LivePod): boolean =>
  pod.status?.conditions?.some((one) => one.type === 'PodScheduled' && one.reason === 'Unschedulable') ?? false;

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
    what: `${progressOf(rollout)} after ${request.timeoutSeconds} s${known ? `; ${known.where}: ${known.what}` : ''}`,
    remedy: known?.remedy ?? 'raise model.loadBudgetSeconds in model-service.yaml, or pass --timeoutSeconds',
    graceSeconds: 0,
    ...(known?.pod ? { pod: known.pod } : {}),
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

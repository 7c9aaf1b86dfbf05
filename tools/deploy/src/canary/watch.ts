import { METRICS_PATH, type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import type { LivePod } from '../kube/index.ts';
import { CONTAINER_NAME } from '../manifests/index.ts';
import type { CanaryErrors } from '../report/index.ts';
import { safeLine } from '../safe-line.ts';
import { verifyPods } from '../verify.ts';
import type { World } from '../world.ts';
import { type Canary, placeOf, replicasAt } from './canary.ts';
import { type Answered, answeredBetween, judgeErrors, parseAnswered } from './metrics.ts';
import type { Order } from './names.ts';
import { isServing, listCanaryPods, restartsOf } from './pods.ts';

/** How a step ended: watched to its end, or left before it because of an order or a Ctrl-C. */
export type Watched = 'passed' | 'left';

const LOOK_MS = 2_000;
/** Figures of every pod are read at each of the first looks, in which a wrong version shows, and then at each n-th one. */
const LOOKS_PER_READING = 5;
/** A pod that was moved to another node needs a moment. */
const UNREADY_GRACE_MS = 10_000;
/** An API server may be replaced by a newer one while a step is watched. */
const OUTAGE_GRACE_MS = 120_000;
const LOG_LINES = 20;

/** Watches a step for its time, then asks the golden predictions again; a ProblemError tells what the canary did wrong. */
export async function watchStep(
  cluster: Cluster,
  canary: Canary,
  step: number,
  world: World,
  readOrder: () => Promise<Order | undefined>,
): Promise<Watched> {
  const place = placeOf(canary);
  const began = await listCanaryPods(cluster, place);
  const restarts = new Map(began.map((pod) => [pod.metadata.name, restartsOf(pod)]));
  const before = await readFigures(cluster, canary, began);
  const endMs = world.clock.nowMs() + (canary.steps[step]?.seconds ?? 0) * 1000;
  let servedMs = world.clock.nowMs();
  let seenMs = servedMs;
  for (let look = 1; ; look++) {
    await world.clock.sleep(pauseBefore(look, endMs - world.clock.nowMs()), world.signal);
    if (world.signal?.aborted) return 'left';
    const seen = await Promise.all([readOrder(), listCanaryPods(cluster, place)]).catch(passOutage);
    if (seen === undefined) {
      expectShortOutage(canary, world.clock.nowMs() - seenMs);
      continue;
    }
    seenMs = world.clock.nowMs();
    const [order, pods] = seen;
    if (order) return 'left';
    await expectNoRestart(cluster, canary, pods, restarts);
    const serving = pods.filter(isServing);
    const nowMs = world.clock.nowMs();
    if (serving.length >= replicasAt(canary, step)) servedMs = nowMs;
    else if (serving.length === 0 || nowMs - servedMs >= UNREADY_GRACE_MS) throw await unready(cluster, canary, step, pods);
    const isOver = nowMs >= endMs && serving.length >= replicasAt(canary, step);
    if (isOver) return conclude(cluster, canary, step, serving, before, world);
    if (look <= LOOKS_PER_READING || look % LOOKS_PER_READING === 0) await expectFewErrors(cluster, canary, serving, before);
  }
}

/** A step of no time is looked at once without a pause; one that is over and still not settled, no faster than others. */
function pauseBefore(look: number, leftMs: number): number {
  if (leftMs > 0) return Math.min(LOOK_MS, leftMs);
  return look === 1 ? 0 : LOOK_MS;
}

/** An API server that is away for a while says nothing of the canary. */
function passOutage(error: unknown): undefined {
  const isOutage =
    error instanceof ProblemError && error.problems.every(({ code }) => code === 'no-cluster' || code === 'api-server-error');
  if (!isOutage) throw error;
}

function expectShortOutage({ release }: Canary, outMs: number): void {
  if (outMs < OUTAGE_GRACE_MS) return;
  const problem: Problem = {
    code: 'canary-unseen',
    where: `${release.service} in ns/${release.environment.namespace}`,
    what: `the API server has not told anything of the canary for ${Math.round(outMs / 1000)} s`,
    remedy: 'look with "modelyard canary status" once the API server answers, then deploy again',
  };
  throw new ProblemError([problem], 'rollout');
}

/** Our own golden requests come last, so that they count in no figure. */
async function conclude(
  cluster: Cluster,
  canary: Canary,
  step: number,
  pods: readonly LivePod[],
  before: Figures,
  world: World,
): Promise<Watched> {
  const errors = await expectFewErrors(cluster, canary, pods, before);
  const { proof: lock, port, environment } = canary.release;
  const proved = lock ? await verifyPods(cluster, pods, { namespace: environment.namespace, port, lock }, world.clock) : pods;
  if (proved.length === 0) throw await unready(cluster, canary, step, pods);
  const rows = lock?.golden.rows.length ?? 0;
  world.report({ type: 'canary-checked', step: step + 1, steps: canary.steps.length, pods: pods.length, rows, ...errors });
  return 'passed';
}

type Figures = ReadonlyMap<string, Answered>;

async function expectFewErrors(cluster: Cluster, canary: Canary, pods: readonly LivePod[], before: Figures): Promise<CanaryErrors> {
  const after = await readFigures(cluster, canary, pods);
  if (after.size === 0) return { errors: 'unknown' };
  const { verdict, answered } = judgeErrors(answeredBetween(before, after), canary.maxErrorRate);
  if (verdict === 'bad') throw await tooManyErrors(cluster, canary, pods, answered);
  return { errors: verdict, ...answered };
}

/** The figures of each pod that tells them. */
async function readFigures(cluster: Cluster, { release }: Canary, pods: readonly LivePod[]): Promise<Figures> {
  const { environment, port } = release;
  const question = { method: 'GET', path: METRICS_PATH, port } as const;
  const read = async ({ metadata: { name } }: LivePod) => {
    const answer = await cluster.askPod({ namespace: environment.namespace, name }, question);
    const answered = answer.reached && answer.status === 200 ? parseAnswered(answer.text) : undefined;
    return answered ? [[name, answered] as const] : [];
  };
  return new Map((await Promise.all(pods.map(read))).flat());
}

async function expectNoRestart(
  cluster: Cluster,
  canary: Canary,
  pods: readonly LivePod[],
  before: ReadonlyMap<string, number>,
): Promise<void> {
  const restarted = pods.find((pod) => restartsOf(pod) > (before.get(pod.metadata.name) ?? 0));
  if (!restarted) return;
  const { name } = restarted.metadata;
  const last = restarted.status?.containerStatuses?.[0]?.lastState?.terminated;
  const ended = last ? ` (${last.reason === 'OOMKilled' ? 'OOMKilled' : `exit code ${last.exitCode}`})` : '';
  throw await failure(cluster, canary, name, true, {
    code: 'canary-restarted',
    what: `its container ended${ended} and was started again while requests went to it`,
    remedy: 'read the log below; under load the new version does not stay up',
  });
}

async function unready(cluster: Cluster, canary: Canary, step: number, pods: readonly LivePod[]): Promise<ProblemError> {
  const serving = pods.filter(isServing).length;
  const ailing = pods.find((pod) => !isServing(pod))?.metadata.name;
  return failure(cluster, canary, ailing, false, {
    code: 'canary-unready',
    what: `${serving} of ${replicasAt(canary, step)} pods of the canary are ready while requests go to them`,
    remedy: 'read the log below; GET /health of a pod names the reason',
  });
}

async function tooManyErrors(cluster: Cluster, canary: Canary, pods: readonly LivePod[], { requests, failed }: Answered) {
  const { maxErrorRate } = canary;
  return failure(cluster, canary, pods[0]?.metadata.name, false, {
    code: 'canary-errors',
    what: `${failed} of ${requests} requests to the canary were answered with 5xx (${percent(failed / requests)}, at most ${percent(maxErrorRate)})`,
    remedy: 'read the log below; deploy.rollout.canary.maxErrorRate says what is borne',
  });
}

/** A share as people read it: `1.5 %`. */
const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/** The pods are gone a moment later, and their logs with them: the end of one is kept in the problem. */
async function failure(
  cluster: Cluster,
  { release }: Canary,
  pod: string | undefined,
  previous: boolean,
  fault: Pick<Problem, 'code' | 'what' | 'remedy'>,
): Promise<ProblemError> {
  const { namespace } = release.environment;
  const log = pod ? await cluster.logTail({ namespace, name: pod }, { container: CONTAINER_NAME, lines: LOG_LINES, previous }) : [];
  const details = log.length > 0 ? [`log of pod/${pod}, last ${log.length} lines:`, ...log.map((line) => `  ${safeLine(line)}`)] : [];
  const where = `${pod ? `pod/${pod}` : release.service} in ns/${namespace}`;
  return new ProblemError([{ ...fault, where, ...(details.length > 0 ? { details } : {}) }], 'rollout');
}

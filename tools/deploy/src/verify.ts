import { HEALTH_PATH, PREDICT_PATH, type Problem, ProblemError } from '@modelyard/core';
import type { Cluster, PodAnswer, PodRequest } from './cluster/index.ts';
import { isLeaving, type LivePod, RESOURCES } from './kube/index.ts';
import { type GoldenRow, isSameAnswer, type ModelLock } from './model-lock.ts';
import { safeLine } from './safe-line.ts';
import { passProblem, settleAll } from './settle.ts';
import type { Clock } from './world.ts';

export interface VerifyRequest {
  readonly namespace: string;
  readonly port: number;
  readonly lock: ModelLock;
}

const TRIES = 4;
const PAUSE_MS = 1_000;
const UNANSWERED: ReadonlySet<string> = new Set(['pod-unreachable', 'prediction-failed']);
/** Of a pod that is busy, or of something between us and it; the service itself never says 502 or 504. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Differences shown of one pod; the first tell as much as all. */
const SHOWN_DIFFERENCES = 3;

/**
 * Asks each pod for its health and its golden predictions; a ProblemError names every pod that differs from training. Gives the
 * pods that answered: one that was told to leave meanwhile, by an autoscaler or a drain, says nothing of the model.
 */
export async function verifyPods(cluster: Cluster, pods: readonly LivePod[], request: VerifyRequest, clock: Clock): Promise<LivePod[]> {
  const answered = await settleAll(pods.map((pod) => verifyUnlessLeaving(cluster, pod, request, clock)));
  return pods.filter((_pod, index) => answered[index]);
}

async function verifyUnlessLeaving(cluster: Cluster, pod: LivePod, request: VerifyRequest, clock: Clock): Promise<boolean> {
  try {
    await verifyPod(cluster, pod.metadata.name, request, clock);
    return true;
  } catch (error) {
    if (error instanceof ProblemError && UNANSWERED.has(error.problems[0]?.code ?? '') && (await hasLeft(cluster, pod))) return false;
    throw error;
  }
}

/** By a list: who deploys may watch pods, and need not be allowed to read one. */
async function hasLeft(cluster: Cluster, { metadata: { name, namespace = '', uid } }: LivePod): Promise<boolean> {
  const pods = await cluster.list({ resource: RESOURCES.Pod, namespace, fieldSelector: `metadata.name=${name}` }).catch(passProblem);
  return pods !== undefined && !pods.some((pod) => pod.metadata.uid === uid && !isLeaving(pod));
}

async function verifyPod(cluster: Cluster, pod: string, request: VerifyRequest, clock: Clock): Promise<void> {
  const { port, lock } = request;
  const ask = (question: PodRequest): Promise<Answer> => askPatiently(cluster, pod, request, question, clock);
  const health = await ask({ method: 'GET', path: HEALTH_PATH, port });
  const served = servedModel(health.text);
  if (served !== undefined && served !== lock.modelSha) throw differs(modelProblem(pod, request, served));
  const rows = lock.golden.rows.map((golden) => golden.row);
  if (rows.length === 0) return;
  const answer = await ask({ method: 'POST', path: PREDICT_PATH, port, body: rows });
  const differences = compareAnswers(parsePredictions(answer.text), lock.golden.rows, lock.golden.tolerance);
  if (differences.length > 0) throw differs(predictionProblem(pod, request, differences));
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A pod that is ready may still be busy, or not yet known to the API server's network: it is asked a few times. */
async function askPatiently(cluster: Cluster, pod: string, request: VerifyRequest, question: PodRequest, clock: Clock): Promise<Answer> {
  let answer: PodAnswer = { reached: false, because: 'it was not asked' };
  for (let tried = 0; tried < TRIES; tried++) {
    if (tried > 0) await clock.sleep(PAUSE_MS);
    answer = await cluster.askPod({ namespace: request.namespace, name: pod }, question);
    if (answer.reached && answer.status === 200) return answer;
    if (answer.reached && !PASSING_STATUSES.has(answer.status)) break;
  }
  throw new ProblemError([unansweredProblem(pod, request, question, answer)], 'rollout');
}

/** What differs between the answers and the golden rows, one line each. */
export function compareAnswers(predictions: readonly unknown[] | undefined, golden: readonly GoldenRow[], tolerance: number): string[] {
  if (!predictions) return [`the answer holds no list "predictions"`];
  if (predictions.length !== golden.length) return [`${golden.length} rows were sent, ${predictions.length} predictions came back`];
  return golden.flatMap(({ expected }, index) =>
    isSameAnswer(predictions[index], expected, tolerance)
      ? []
      : [`golden row ${index + 1}: trained ${JSON.stringify(expected)}, served ${JSON.stringify(predictions[index])}`],
  );
}

function parsePredictions(text: string): readonly unknown[] | undefined {
  const { predictions } = parseObject(text);
  return Array.isArray(predictions) ? predictions : undefined;
}

function servedModel(health: string): string | undefined {
  const { model } = parseObject(health) as { model?: { sha256?: unknown } };
  return typeof model?.sha256 === 'string' ? model.sha256 : undefined;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const differs = (problem: Problem): ProblemError => new ProblemError([problem], 'rollout');

function modelProblem(pod: string, request: VerifyRequest, served: string): Problem {
  return {
    code: 'model-differs',
    where: `pod/${pod} in ns/${request.namespace}`,
    what: `the pod serves the model ${short(served)}, model.lock.json names ${short(request.lock.modelSha)}`,
    remedy: 'build the image again after training, then deploy that one',
  };
}

const short = (sha: string): string => sha.slice(0, 12);

function predictionProblem(pod: string, request: VerifyRequest, differences: readonly string[]): Problem {
  const { rows, tolerance } = request.lock.golden;
  return {
    code: 'prediction-differs',
    where: `pod/${pod} in ns/${request.namespace}`,
    what: `${differences.length} of ${rows.length} golden predictions differ from training by more than ${tolerance}`,
    remedy: 'train and build again in the same commit; the image, or its configuration, is not what was trained',
    details: differences.slice(0, SHOWN_DIFFERENCES),
  };
}

function unansweredProblem(pod: string, request: VerifyRequest, question: PodRequest, answer: PodAnswer): Problem {
  const said = answer.reached
    ? `answered ${answer.status}: ${safeLine(answer.text.slice(0, 300))}`
    : `could not be asked: ${answer.because.slice(0, 300)}`;
  return {
    code: answer.reached ? 'prediction-failed' : 'pod-unreachable',
    where: `pod/${pod} in ns/${request.namespace}`,
    what: `${question.method} ${question.path} through the API server ${said}`,
    remedy: answer.reached
      ? 'read the log of the pod: the request is the golden rows of model.lock.json'
      : 'check the pod network of the cluster',
  };
}

import { LABEL_INSTANCE, type Problem, ProblemError } from '@modelyard/core';
import type { Cluster, PodRef, Query } from './cluster/index.ts';
import { type KubeObject, type LivePod, RESOURCES } from './kube/index.ts';
import { CONTAINER_NAME } from './manifests/index.ts';
import { accessTo, type Target } from './target.ts';
import type { World } from './world.ts';

export interface LogsRequest extends Target {
  /** How many of the last lines of each pod. */
  readonly lines: number;
  /** Of the container before the last restart. */
  readonly previous: boolean;
  /** Go on with new lines until the world's signal. */
  readonly follow: boolean;
}

/** Hands over the log lines of a service's pods, each with the pod that wrote it. */
export async function readLogs(
  request: LogsRequest,
  world: Pick<World, 'connect' | 'signal'>,
  onLine: (pod: string, line: string) => void,
): Promise<void> {
  const cluster = await world.connect(accessTo(request));
  try {
    const pods = await cluster.list(podsOf(request));
    if (pods.length === 0) throw noPods(request);
    if (request.follow) return await followPods(cluster, request, world.signal ?? new AbortController().signal, onLine);
    await Promise.all(pods.map((pod) => readPod(cluster, refTo(pod), request, (line) => onLine(pod.metadata.name, line))));
  } finally {
    await cluster.close();
  }
}

const podsOf = ({ service, environment }: LogsRequest): Query => ({
  resource: RESOURCES.Pod,
  namespace: environment.namespace,
  labelSelector: `${LABEL_INSTANCE}=${service}`,
});

const refTo = ({ metadata: { name, namespace = '' } }: KubeObject): PodRef => ({ namespace, name });

async function readPod(cluster: Cluster, pod: PodRef, request: LogsRequest, onLine: (line: string) => void): Promise<void> {
  const { lines, previous } = request;
  for (const line of await cluster.logTail(pod, { container: CONTAINER_NAME, lines, previous })) onLine(line);
}

/** Follows every container of the service as it starts, those of later pods and restarts too, until the signal. */
async function followPods(
  cluster: Cluster,
  request: LogsRequest,
  signal: AbortSignal,
  onLine: (pod: string, line: string) => void,
): Promise<void> {
  const question = { container: CONTAINER_NAME, lines: request.lines, previous: request.previous };
  const begun = new Set<string>();
  const broken = Promise.withResolvers<never>();
  const follow = (pod: LivePod): void => {
    const start = startOf(pod);
    if (start === undefined || begun.has(start)) return;
    begun.add(start);
    cluster
      .followLog(refTo(pod), question, (line) => onLine(pod.metadata.name, line), signal)
      .catch((error: unknown) => {
        // A container may be gone before its log is asked for.
        if (!isGone(error)) broken.reject(error);
      });
  };
  const watched = cluster.watch(podsOf(request), (pods) => (pods as LivePod[]).forEach(follow), signal);
  await Promise.race([watched, broken.promise]);
}

/** What tells a start of the service's container from the others; undefined while it has not started. */
function startOf({ metadata, status }: LivePod): string | undefined {
  const own = status?.containerStatuses?.find((one) => one.name === CONTAINER_NAME);
  return own?.state?.running || own?.state?.terminated ? `${metadata.uid} ${own.restartCount}` : undefined;
}

const isGone = (error: unknown): boolean => error instanceof ProblemError && error.problems.every(({ code }) => code === 'refused');

function noPods({ service, environment }: LogsRequest): ProblemError {
  const problem: Problem = {
    code: 'no-pods',
    where: `${service} in ns/${environment.namespace}`,
    what: 'no pod of the service runs there',
    remedy: `look with "npx modelyard status ${service} -e ${environment.name}"`,
  };
  return new ProblemError([problem], 'preflight');
}

import { LABEL_INSTANCE, type Problem, ProblemError } from '@modelyard/core';
import type { Cluster, PodRef } from './cluster/index.ts';
import { RESOURCES } from './kube/index.ts';
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
    const pods = await listPods(cluster, request);
    if (pods.length === 0) throw noPods(request);
    await Promise.all(pods.map((pod) => readPod(cluster, pod, request, world, (line) => onLine(pod.name, line))));
  } finally {
    await cluster.close();
  }
}

async function listPods(cluster: Cluster, { service, environment }: LogsRequest): Promise<PodRef[]> {
  const { namespace } = environment;
  const pods = await cluster.list({ resource: RESOURCES.Pod, namespace, labelSelector: `${LABEL_INSTANCE}=${service}` });
  return pods.map((pod) => ({ namespace, name: pod.metadata.name }));
}

async function readPod(
  cluster: Cluster,
  pod: PodRef,
  request: LogsRequest,
  world: Pick<World, 'signal'>,
  onLine: (line: string) => void,
): Promise<void> {
  const { lines, previous, follow } = request;
  const question = { container: CONTAINER_NAME, lines, previous };
  if (follow) return cluster.followLog(pod, question, onLine, world.signal ?? new AbortController().signal);
  for (const line of await cluster.logTail(pod, question)) onLine(line);
}

function noPods({ service, environment }: LogsRequest): ProblemError {
  const problem: Problem = {
    code: 'no-pods',
    where: `${service} in ns/${environment.namespace}`,
    what: 'no pod of the service runs there',
    remedy: `look with "npx modelyard status ${service}"`,
  };
  return new ProblemError([problem], 'preflight');
}

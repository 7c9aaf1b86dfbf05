import { type Problem, ProblemError } from '@modelyard/core';
import { AUTOSCALER_STATUS, NODE_POOL, readGrowth } from '../autoscaler/index.ts';
import type { Cluster } from '../cluster/index.ts';
import type { Note } from '../report/index.ts';
import type { GpuDemand } from './gpu-demand.ts';

/** A lack of room: a problem, unless an autoscaler or a priority may make room, or it could not be seen whether one does. */
export async function noteUnlessLasting(cluster: Cluster, demand: GpuDemand, problem: Problem): Promise<Note[]> {
  const growth = (await readGrowth(cluster, demand)) ?? [];
  if (growth.length > 0) return [asNote(problem, `an autoscaler may add nodes: ${growth.join(', ')}; the pods wait for them`)];
  const priority = demand.pod.priorityClassName;
  if (priority) return [asNote(problem, `pods of a lower priority than "${priority}" may have to leave for it`)];
  const missing = await rightsMissing(cluster);
  if (missing.length === 0) throw new ProblemError([problem], 'preflight');
  const unseen = `whether an autoscaler adds nodes could not be seen: these credentials may not ${missing.join(' or ')}`;
  return [asNote(problem, `${unseen}; if none does, ${problem.remedy}`)];
}

const asNote = ({ code, what, details }: Problem, remedy: string): Note => ({ code, what, remedy, ...(details ? { details } : {}) });

/** What may not be read of autoscalers; nothing where the status of one tells that there is no growth. */
async function rightsMissing(cluster: Cluster): Promise<string[]> {
  const [status, pools] = await Promise.all([
    unlessForbidden(cluster.read(AUTOSCALER_STATUS)),
    unlessForbidden(cluster.list({ resource: NODE_POOL })),
  ]);
  if (status !== FORBIDDEN && status !== undefined) return [];
  const read = status === FORBIDDEN ? [`read configmap ${AUTOSCALER_STATUS.name} in ns/${AUTOSCALER_STATUS.namespace}`] : [];
  return pools === FORBIDDEN ? [...read, `list ${NODE_POOL.plural}`] : read;
}

const FORBIDDEN = 'forbidden';

/** What a read gives; undefined where there is no such kind. */
async function unlessForbidden<T>(reading: Promise<T>): Promise<T | typeof FORBIDDEN | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.problems.every(({ code }) => code === FORBIDDEN)) return FORBIDDEN;
    if (error.problems.every(({ code }) => code === 'unknown-kind')) return undefined;
    throw error;
  }
}

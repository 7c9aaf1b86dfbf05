import { type Problem, ProblemError } from '@modelyard/core';
import { readGrowth } from '../autoscaler/index.ts';
import type { Cluster } from '../cluster/index.ts';
import type { Note } from '../report/index.ts';
import type { GpuDemand } from './gpu-demand.ts';

/** A lack of room: a problem, unless an autoscaler or a priority may make room, or it could not be seen whether one does. */
export async function noteUnlessLasting(cluster: Cluster, demand: GpuDemand, problem: Problem): Promise<Note[]> {
  const { pools, missing } = await readGrowth(cluster, demand);
  if (pools.length > 0) return [asNote(problem, `an autoscaler may add nodes: ${pools.join(', ')}; the pods wait for them`)];
  const priority = demand.pod.priorityClassName;
  if (priority) return [asNote(problem, `pods of a lower priority than "${priority}" may have to leave for it`)];
  if (missing.length === 0) throw new ProblemError([problem], 'preflight');
  const unseen = `whether an autoscaler adds nodes could not be seen: these credentials may not ${missing.join(' or ')}`;
  return [asNote(problem, `${unseen}; if none does, ${problem.remedy}`)];
}

const asNote = ({ code, what, details }: Problem, remedy: string): Note => ({ code, what, remedy, ...(details ? { details } : {}) });

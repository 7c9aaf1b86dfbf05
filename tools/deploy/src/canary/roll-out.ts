import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { type BroughtUp, UnprovedError } from '../release/index.ts';
import { rollBackAfter } from '../rollback.ts';
import type { World } from '../world.ts';
import { type Canary, placeOf } from './canary.ts';
import { waitUntilCanaryGone } from './pods.ts';
import { canaryAborted } from './problems.ts';
import { closeCanary, walkCanary } from './run.ts';

/** Failures that leave the canary as it is: the next deploy carries on from there. */
const LEFT = new Set(['interrupted', 'locked']);

/**
 * Rolls a release out through its canary; when that fails, the canary goes and the version that served goes on, code 7. A release
 * that the service has taken and proved is not undone any more: what is left to do, the next deploy can do.
 */
export async function runCanary(cluster: Cluster, canary: Canary, world: World, noRollback: boolean): Promise<BroughtUp> {
  try {
    await walkCanary(cluster, canary, world);
  } catch (error) {
    if (!(error instanceof ProblemError) || noRollback || LEFT.has(error.exit)) throw error;
    throw await abort(cluster, canary, error, world);
  }
  return closeCanary(cluster, canary, world);
}

async function abort(cluster: Cluster, canary: Canary, error: ProblemError, world: World): Promise<unknown> {
  const { release } = canary;
  world.report({ type: 'canary-aborting', because: error.problems.map((problem) => problem.code).join(', ') });
  const after = await rollBackAfter(new UnprovedError(error.problems, error.exit), cluster, release, world);
  if (!(after instanceof ProblemError) || after.exit !== 'rolledBack') return after;
  await waitUntilCanaryGone(cluster, placeOf(canary), world);
  return new ProblemError([...error.problems, canaryAborted(canary)], 'rolledBack');
}

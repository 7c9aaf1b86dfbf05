import { type Problem, ProblemError } from '@modelyard/core';
import type { Canary } from './canary.ts';
import { canaryName } from './names.ts';
import type { Standing } from './steps.ts';

/** The error of a canary that was told to stop on its way. */
export function stoppedCanary(canary: Canary, { step, weight }: Standing): ProblemError {
  const { service, environment } = canary.release;
  const there = `${service} -e ${environment.name}`;
  const at = step < canary.steps.length ? `at step ${step + 1} of ${canary.steps.length}` : 'while the service took the new pods';
  const problem: Problem = {
    code: 'interrupted',
    where: `${canaryName(service)} in ns/${environment.namespace}`,
    what: `stopped ${at}; requests go on as they are shared now (weight ${weight})`,
    remedy: `deploy again to go on from there, or end it with "npx modelyard canary promote ${there}" or "npx modelyard canary abort ${there}"`,
  };
  return new ProblemError([problem], 'interrupted');
}

/** The error of a canary that a person told to abort. */
export function abortedByOrder({ release }: Canary): ProblemError {
  const problem: Problem = {
    code: 'canary-ordered-off',
    where: `${canaryName(release.service)} in ns/${release.environment.namespace}`,
    what: `"modelyard canary abort ${release.service}" was given`,
    remedy: 'nothing is wrong with the service that serves',
  };
  return new ProblemError([problem], 'rollout');
}

/** Told beside the cause, once the canary is gone. */
export function canaryAborted({ release, stable }: Canary): Problem {
  return {
    code: 'canary-aborted',
    where: `${release.service} in ns/${release.environment.namespace}`,
    what: `revision ${stable.revision} (${stable.image}) serves all requests; the canary is gone`,
    remedy: 'mend the cause above, then deploy again; --no-rollback leaves the pods of a failed canary, without requests, to be looked at',
  };
}

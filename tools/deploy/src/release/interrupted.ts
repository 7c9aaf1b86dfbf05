import { type Problem, ProblemError } from '@modelyard/core';
import type { Release } from './release.ts';

/** Something of a release was sent, or is live already, and it does not run as it should. */
export class UnprovedError extends ProblemError {}

/** The error of a deploy that was told to stop before it had sent everything. */
export function stopped(release: Release): ProblemError {
  const problem = {
    code: 'interrupted',
    where: `${release.service} in ns/${release.environment.namespace}`,
    what: 'stopped before everything was applied; what was applied stays',
    remedy: `deploy again to carry on, or look with "npx nx run ${release.service}:status"`,
  };
  return new ProblemError([problem], 'interrupted');
}

/** The release runs and was proved, and its books could not be closed. */
export function notClosed(release: Release): Problem {
  return {
    code: 'not-recorded',
    where: `${release.service} in ns/${release.environment.namespace}`,
    what: 'the release is live and proved, but old objects may still be there, and it is not in the history yet',
    remedy: 'mend the cause above, then deploy again: that only finishes what is left',
  };
}

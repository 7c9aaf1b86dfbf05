import { ProblemError } from '@modelyard/core';
import type { Release } from './release.ts';

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

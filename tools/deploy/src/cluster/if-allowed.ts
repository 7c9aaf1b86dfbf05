import { ProblemError } from '@modelyard/core';

const TOLERATED = new Set(['forbidden', 'unknown-kind']);

/** What a read gives; undefined where it is not allowed, or the server does not know the kind: we look at what we may. */
export async function ifAllowed<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProblemError && error.problems.every((problem) => TOLERATED.has(problem.code))) return undefined;
    throw error;
  }
}

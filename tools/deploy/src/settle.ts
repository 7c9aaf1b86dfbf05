import { type Problem, ProblemError } from '@modelyard/core';

/** All values, as Promise.all gives them; when some fail, one error that holds the problems of all of them. */
export async function settleAll<T extends readonly unknown[] | []>(promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results: readonly PromiseSettledResult<unknown>[] = await Promise.allSettled(promises);
  const failures = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  if (failures.length === 0)
    return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as { -readonly [K in keyof T]: Awaited<T[K]> };
  const bug = failures.find((failure) => !(failure instanceof ProblemError));
  if (bug !== undefined) throw bug;
  const errors = failures as ProblemError[];
  throw new ProblemError(distinct(errors.flatMap((error) => error.problems)), errors[0]?.exit);
}

/** For what may fail where somebody else tells why: a problem gives nothing, a bug stays one. */
export function passProblem(error: unknown): undefined {
  if (!(error instanceof ProblemError)) throw error;
}

/** Each problem once: a server that is down fails every request alike. */
export function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

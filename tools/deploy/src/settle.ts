import { type Problem, ProblemError } from '@modelyard/core';

/** All values; when some fail, one error that holds the problems of all of them. */
export async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  const failures = results.filter((result) => result.status === 'rejected').map((result) => result.reason as unknown);
  if (failures.length === 0) return results.map((result) => (result as PromiseFulfilledResult<T>).value);
  const bug = failures.find((failure) => !(failure instanceof ProblemError));
  if (bug !== undefined) throw bug;
  const errors = failures as ProblemError[];
  throw new ProblemError(distinct(errors.flatMap((error) => error.problems)), errors[0]?.exit);
}

/** Both values; when both fail, one error that holds the problems of both. */
export async function settleBoth<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  return (await settleAll<A | B>([a, b])) as [A, B];
}

/** For what may fail where somebody else tells why: a problem gives nothing, a bug stays one. */
export function passProblem(error: unknown): undefined {
  if (!(error instanceof ProblemError)) throw error;
}

/** Each problem once: a server that is down fails every request alike. */
export function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

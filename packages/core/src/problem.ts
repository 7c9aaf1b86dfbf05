/** Exit codes of every Modelyard command. `docs/reference/exit-codes.md` is generated from this table. */
export const EXIT_CODES = {
  done: { code: 0, meaning: 'everything asked for is done' },
  bug: { code: 1, meaning: 'a bug in Modelyard; the stack is printed' },
  input: { code: 2, meaning: 'your input, files or tools need a change' },
  preflight: { code: 3, meaning: 'the cluster cannot be used: wrong context, unreachable, no permission, no room' },
  conflict: { code: 4, meaning: 'another manager owns a field that would change, or somebody else made the object' },
  apply: { code: 5, meaning: 'the API server refused an object' },
  rollout: { code: 6, meaning: 'the rollout failed; its cause is printed' },
  rolledBack: { code: 7, meaning: 'the rollout failed and the earlier version is back' },
  locked: { code: 8, meaning: 'another deploy holds the lock' },
  timeout: { code: 124, meaning: 'not ready in time' },
  interrupted: { code: 130, meaning: 'interrupted: Ctrl-C, SIGTERM, a lost terminal, or output that cannot be written' },
} as const;

export type ExitName = keyof typeof EXIT_CODES;

/** One thing a person has to mend: what is wrong, where, and what to do next. */
export interface Problem {
  /** Lower-case, stable, for machines: `unknown-key`. */
  readonly code: string;
  /** A file with line and column, an object of the cluster, or the command. */
  readonly where: string;
  /** What is wrong; it quotes what was given. */
  readonly what: string;
  /** What was expected, or what to do next. */
  readonly remedy: string;
  /** More lines to show below: a log tail, events. */
  readonly details?: readonly string[];
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** A Result that holds a value. */
export const succeed = <T>(value: T): Result<T> => ({ ok: true, value });

/** A Result that holds the problems, all of them. */
export const fail = (...problems: readonly Problem[]): Result<never> => ({ ok: false, problems });

const BRAND = Symbol.for('modelyard.ProblemError');

/** Carries problems up to the door that prints them. It is never a bug. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly [BRAND] = true;
  readonly problems: readonly Problem[];
  readonly exit: ExitName;

  constructor(problems: readonly Problem[], exit: ExitName = 'input') {
    super(formatProblems(problems));
    this.problems = problems;
    this.exit = exit;
  }
}

/**
 * One process may hold two copies of this module (the command line has its own, and a workspace may mix versions), so a
 * ProblemError is known by its brand. What derives from it is known by its class.
 */
function isInstance(this: unknown, value: unknown): boolean {
  if (this !== ProblemError) return Function.prototype[Symbol.hasInstance].call(this as typeof ProblemError, value);
  return typeof value === 'object' && value !== null && BRAND in value;
}
Object.defineProperty(ProblemError, Symbol.hasInstance, { value: isInstance });

/** The value of a Result; throws a ProblemError that holds all its problems. */
export function unwrap<T>(result: Result<T>, exit: ExitName = 'input'): T {
  if (result.ok) return result.value;
  throw new ProblemError(result.problems, exit);
}

/** One problem as people read it: code, place and fault on the first line, the remedy below, details after it. */
export function formatProblem(problem: Problem): string {
  const indent = '          ';
  const details = (problem.details ?? []).map((line) => `${indent}| ${line}`);
  return [`${problem.code}  ${problem.where}: ${problem.what}`, `${indent}${problem.remedy}`, ...details].join('\n');
}

/** All problems, in the order given, a blank line between two. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n\n');
}

/** Where a bug is reported. */
export const ISSUE_ADDRESS = 'https://github.com/modelyard/modelyard/issues';

/** What a door prints for an error that is not a ProblemError: the message, the stack and the issue address. */
export function formatBug(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `bug: ${stack}\n          report it at ${ISSUE_ADDRESS}`;
}

/** Fails to compile when a case of a union is not handled; throws when one arrives all the same. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}

import { parseStatus } from './status.ts';

/** How one attempt of a request ended. */
export type Attempt =
  | { readonly answered: true; readonly status: number; readonly text: string; readonly retryAfter?: string }
  | { readonly answered: false; readonly errorCode: string };

export const MAX_ATTEMPTS = 7;
const FIRST_BACKOFF_SECONDS = 0.25;
const LONGEST_WAIT_SECONDS = 30;
const RETRIED_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** Seconds to wait before the next attempt, or undefined when another one cannot help. `random` lies in [0, 1). */
export function retryDelaySeconds(attempt: Attempt, attemptsMade: number, random: number): number | undefined {
  if (attemptsMade >= MAX_ATTEMPTS || !isTransient(attempt)) return undefined;
  const asked = attempt.answered ? Number(attempt.retryAfter) : Number.NaN;
  if (asked > 0) return Math.min(LONGEST_WAIT_SECONDS, asked) + random;
  return Math.min(LONGEST_WAIT_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** (attemptsMade - 1) * (0.5 + random));
}

function isTransient(attempt: Attempt): boolean {
  if (!attempt.answered) return !LASTING_ERRORS.has(attempt.errorCode) && !isTlsError(attempt.errorCode);
  return RETRIED_STATUSES.has(attempt.status) && !isUnknownField(attempt.text);
}

/** Server-side apply answers an unknown field with 500, as if the server were at fault. It never passes. */
export function isUnknownField(text: string): boolean {
  return (parseStatus(text)?.message ?? text).includes('field not declared in schema');
}

const LASTING_ERRORS: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'ABORT_ERR',
  'UND_ERR_ABORTED',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
]);

function isTlsError(code: string): boolean {
  return code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.includes('CERT') || code.includes('SIGNATURE');
}

import { parseStatus } from './status.ts';

/** How one attempt of a request ended. */
export type Attempt =
  | {
      readonly answered: true;
      readonly status: number;
      /** The body; empty when it was parsed. */
      readonly text: string;
      readonly value?: unknown;
      readonly retryAfter?: string;
    }
  | { readonly answered: false; readonly errorCode: string };

export const MAX_ATTEMPTS = 7;
const FIRST_BACKOFF_SECONDS = 0.25;
const LONGEST_WAIT_SECONDS = 30;
/** Of a server that is busy, or not well. */
export const RETRIED_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** Seconds to wait before the next attempt, or undefined when another one cannot help. `random` lies in [0, 1). */
export function retryDelaySeconds(attempt: Attempt, attemptsMade: number, random: number, method = 'GET'): number | undefined {
  if (attemptsMade >= MAX_ATTEMPTS || !isTransient(attempt, method)) return undefined;
  const asked = attempt.answered ? Number(attempt.retryAfter ?? parseStatus(attempt.text)?.details?.retryAfterSeconds) : Number.NaN;
  if (asked > 0) return Math.min(LONGEST_WAIT_SECONDS, asked) + random;
  return Math.min(LONGEST_WAIT_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** (attemptsMade - 1) * (0.5 + random));
}

function isTransient(attempt: Attempt, method: string): boolean {
  if (!attempt.answered) return !LASTING_ERRORS.has(attempt.errorCode) && !isTlsError(attempt.errorCode);
  if (attempt.status === 409) return isRace(attempt.text, method);
  return RETRIED_STATUSES.has(attempt.status) && !isOurFault(attempt.text);
}

/**
 * Whether a conflict means that two writes met, of the object itself or of a quota that counts it. It passes by itself, but
 * for a PUT: that one says which version it replaces, and only its sender can tell what to do about another.
 */
function isRace(text: string, method: string): boolean {
  const status = parseStatus(text);
  if (method === 'PUT' || status?.details?.causes?.some((cause) => cause.reason === 'FieldManagerConflict')) return false;
  return status?.reason === 'Conflict' || (status?.reason === 'AlreadyExists' && method === 'PATCH');
}

/** Server-side apply answers a field that is unknown, of a wrong type or twice there with 500; so does etcd an object that is too large. */
const LASTING_500 =
  /field not declared in schema|typed patch object|cannot unmarshal|duplicate entries for key|request is too large|larger than max/;

/** Whether a 500 blames the server for what was sent. It never passes. */
export function isOurFault(text: string): boolean {
  return LASTING_500.test(parseStatus(text)?.message ?? text);
}

const LASTING_ERRORS: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'GIVEN_UP',
  'ABORT_ERR',
  'CLOSED',
  'ERR_INVALID_CHAR',
  'ERR_UNESCAPED_CHARACTERS',
]);

/** Whether it was the certificate, and not the network. */
export function isTlsError(code: string): boolean {
  return code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.includes('CERT') || code.includes('SIGNATURE');
}

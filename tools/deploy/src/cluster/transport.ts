import { setTimeout as sleep } from 'node:timers/promises';
import { openConnections, textOf, type WireAnswer } from './connections.ts';
import { type Credentials, rememberCredentials } from './credentials.ts';
import { openGate } from './gate.ts';
import { jsonText } from './json-text.ts';
import type { KubeAccess } from './kube-access.ts';
import { type Attempt, retryDelaySeconds } from './retry.ts';
import { followServerClock } from './server-clock.ts';

/** One request to the API server; the body is sent as JSON, as it is. */
export interface ApiRequest {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Attempts in all; left out, transient failures are tried again for about half a minute. */
  readonly attempts?: number;
  /** The longest that one attempt may take. */
  readonly timeoutSeconds?: number;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
  /** The server answers it and keeps nothing of it, whatever its method says. */
  readonly isQuestion?: boolean;
  /** A good answer need not be JSON: a log, or what a pod says. */
  readonly isText?: boolean;
}

export interface Transport {
  send(request: ApiRequest): Promise<Attempt>;
  /** An answer whose body is read as it arrives. */
  open(request: ApiRequest, signal: AbortSignal, idleSeconds: number): Promise<WireAnswer>;
  /** The server's time: the Date of its last answer and what has passed since, in milliseconds since 1970. */
  serverNowMs(): number;
  close(): void;
}

/** At most this many requests are under way at once, beside watches; the rest wait in turn. */
export const MAX_REQUESTS = 16;
const ANSWER_TIMEOUT_SECONDS = 60;
/** No further attempt begins after this time, however few were made. */
const LAST_ATTEMPT_MS = 60_000;
/** The code of a request that was given up by its own signal. */
export const GIVEN_UP = 'GIVEN_UP';
/** The code of an answer that says that it is good and is no JSON: cut off, or not from an API server. */
export const NO_JSON = 'NO_JSON';

/** All requests of a deploy through kept connections; what one request leaves, the next one or a watch uses. */
export async function openTransport(access: KubeAccess): Promise<Transport> {
  const connections = await openConnections(access);
  // A watch lasts, and does not count: a few services would leave no room for anything else.
  const gate = openGate(MAX_REQUESTS);
  const closing = new AbortController();
  const credentials = rememberCredentials(access);
  const serverClock = followServerClock();
  const ask = (request: ApiRequest, used: Credentials, headTimeoutMs: number, bodyTimeoutMs: number, signal?: AbortSignal) =>
    connections.ask({
      method: request.method,
      path: pathOf(access.server, request),
      headers: { ...used.headers, ...bodyHeaders(request) },
      ...(request.body === undefined ? {} : { body: jsonText(request.body) }),
      headTimeoutMs,
      bodyTimeoutMs,
      ...(signal ? { signal } : {}),
    });
  const sendInside = async (request: ApiRequest): Promise<Attempt> => {
    const used = await credentials.current();
    const timeout = (request.timeoutSeconds ?? ANSWER_TIMEOUT_SECONDS) * 1_000;
    try {
      const { status, headers, body } = await ask(request, used, timeout, timeout, request.signal);
      serverClock.note(headers.date);
      if (status === 401) credentials.refuse(used);
      return readAnswer(request, status, headers['retry-after'], await textOf(body));
    } catch (error) {
      return { answered: false, errorCode: request.signal?.aborted ? GIVEN_UP : errorCodeOf(error) };
    }
  };
  const sendOnce = async (request: ApiRequest): Promise<Attempt> => {
    const leave = await gate.enter(request.signal).catch(() => undefined);
    if (!leave) return { answered: false, errorCode: GIVEN_UP };
    return sendInside(request).finally(leave);
  };
  const openOnce = async (request: ApiRequest, signal: AbortSignal, idleSeconds: number): Promise<WireAnswer> => {
    const used = await credentials.current();
    const answer = await ask(request, used, ANSWER_TIMEOUT_SECONDS * 1_000, idleSeconds * 1_000, signal);
    if (answer.status === 401) credentials.refuse(used);
    return answer;
  };
  return {
    send: (request) => sendWithRetries(request, sendOnce, closing.signal),
    serverNowMs: serverClock.nowMs,
    open: async (request, signal, idleSeconds) => {
      const answer = await openOnce(request, signal, idleSeconds);
      if (answer.status !== 401) return answer;
      answer.body.resume();
      return openOnce(request, signal, idleSeconds);
    },
    close: () => {
      // A wait between two attempts would keep the process alive after its last word.
      closing.abort();
      connections.close();
    },
  };
}

async function sendWithRetries(
  request: ApiRequest,
  sendOnce: (request: ApiRequest) => Promise<Attempt>,
  closing: AbortSignal,
): Promise<Attempt> {
  const startedMs = performance.now();
  let isRefused = false;
  const stop = request.signal ? AbortSignal.any([closing, request.signal]) : closing;
  for (let made = 1; ; made++) {
    if (request.signal?.aborted) return { answered: false, errorCode: GIVEN_UP };
    const attempt = await sendOnce(request);
    // Credentials may run out in the middle of a deploy; refused ones are fetched anew, once.
    if (attempt.answered && attempt.status === 401 && !isRefused) {
      isRefused = true;
      made--;
      continue;
    }
    const isLast = made >= (request.attempts ?? Number.POSITIVE_INFINITY) || performance.now() - startedMs > LAST_ATTEMPT_MS;
    const delay = isLast ? undefined : retryDelaySeconds(attempt, made, Math.random(), request.method);
    if (delay === undefined || stop.aborted) return attempt;
    await sleep(delay * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** A good answer is parsed here, so that one which was cut off is found where it can still be asked for again. */
function readAnswer(request: ApiRequest, status: number, retryAfter: string | undefined, text: string): Attempt {
  const answer = { answered: true, status, text, ...(retryAfter === undefined ? {} : { retryAfter }) } as const;
  if (request.isText || status >= 300) return answer;
  try {
    return { ...answer, text: '', value: JSON.parse(text) as unknown };
  } catch {
    return { answered: false, errorCode: NO_JSON };
  }
}

/** Node's code of a failed connection; a programming error is passed on. */
export function errorCodeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  if (typeof code === 'string') return code;
  if (typeof cause?.code === 'string') return cause.code;
  throw error;
}

function pathOf(server: URL, request: ApiRequest): string {
  const query = Object.entries(request.query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const base = server.pathname.replace(/\/$/, '');
  return query.length > 0 ? `${base}${request.path}?${new URLSearchParams(query)}` : `${base}${request.path}`;
}

function bodyHeaders(request: ApiRequest): Record<string, string> {
  return {
    accept: 'application/json',
    'user-agent': 'modelyard',
    ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { KubeAccess } from './kube-access.ts';
import type { AuthHeaders } from './login.ts';
import { type Attempt, retryDelaySeconds } from './retry.ts';

/** One request to the API server; the body is sent as JSON, as it is. */
export interface ApiRequest {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Attempts in all; left out, transient failures are tried again for about half a minute. */
  readonly attempts?: number;
}

export interface Transport {
  send(request: ApiRequest): Promise<Attempt>;
  /** An answer whose body is read as it arrives. */
  open(request: ApiRequest, signal: AbortSignal, idleSeconds: number): Promise<Dispatcher.ResponseData>;
  /** The server's time: the Date of its last answer and what has passed since, in milliseconds since 1970. */
  serverNowMs(): number;
  close(): Promise<void>;
}

/** At most this many requests are under way at once; the rest wait for a connection. */
export const MAX_CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 60_000;
/** Tokens are short-lived and exec plugins are slow: asked for again after this time, and after a 401. */
const CREDENTIALS_MS = 30_000;

/** All requests of a deploy through one pool of connections, which the library would open anew for each request. */
export function openTransport(access: KubeAccess): Transport {
  const pool = dispatcherOf(access, MAX_CONNECTIONS);
  // A watch keeps its connection for as long as it lasts; in the pool, a few services would leave none for anything else.
  const watches = dispatcherOf(access, null);
  const closing = new AbortController();
  const credentials = rememberCredentials(access);
  const dispatchBy = async (
    through: Dispatcher,
    request: ApiRequest,
    more: Partial<Dispatcher.RequestOptions>,
  ): Promise<Dispatcher.ResponseData> =>
    through.request({
      origin: access.server.origin,
      path: pathOf(access.server, request),
      method: request.method,
      headers: { ...(await credentials.headers()), ...bodyHeaders(request) },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      ...more,
    });
  const serverClock = followServerClock();
  const dispatchTimed: Dispatch = async (request, more) => {
    const answer = await dispatchBy(pool, request, more);
    serverClock.note(answer.headers.date);
    return answer;
  };
  return {
    send: (request) => sendWithRetries(request, dispatchTimed, credentials.forget, closing.signal),
    serverNowMs: serverClock.nowMs,
    open: async (request, signal, idleSeconds) => {
      const answer = await dispatchBy(watches, request, { signal, bodyTimeout: idleSeconds * 1000 });
      // The pool may be closed before the first read; a reader is told of the error all the same.
      answer.body.on('error', () => undefined);
      return answer;
    },
    close: async () => {
      // A wait between two attempts would keep the process alive after its last word.
      closing.abort();
      await Promise.all([pool.destroy(), watches.destroy()]);
    },
  };
}

type Dispatch = (request: ApiRequest, more: Partial<Dispatcher.RequestOptions>) => Promise<Dispatcher.ResponseData>;

async function sendWithRetries(
  request: ApiRequest,
  dispatch: Dispatch,
  forgetCredentials: () => void,
  closing: AbortSignal,
): Promise<Attempt> {
  for (let made = 1; ; made++) {
    const attempt = await sendOnce(request, dispatch);
    if (attempt.answered && attempt.status === 401 && made === 1) {
      forgetCredentials();
      continue;
    }
    const exhausted = request.attempts !== undefined && made >= request.attempts;
    const delay = exhausted ? undefined : retryDelaySeconds(attempt, made, Math.random());
    if (delay === undefined || closing.aborted) return attempt;
    await sleep(delay * 1000, undefined, { signal: closing }).catch(() => undefined);
  }
}

async function sendOnce(request: ApiRequest, dispatch: Dispatch): Promise<Attempt> {
  try {
    const { statusCode, headers, body } = await dispatch(request, {});
    const text = await body.text();
    const retryAfter = headers['retry-after'];
    return { answered: true, status: statusCode, text, ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
  } catch (error) {
    return { answered: false, errorCode: errorCodeOf(error) };
  }
}

/** Node's or undici's code of a failed connection; a programming error is passed on. */
export function errorCodeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  if (typeof code === 'string') return code;
  if (typeof cause?.code === 'string') return cause.code;
  throw error;
}

/** HTTP/2 is left out: undici 8 throws an aborted stream's error into the void when the pool is destroyed. */
function dispatcherOf(access: KubeAccess, connections: number | null): Dispatcher {
  const { connection } = access;
  const options = { connections, pipelining: 1, keepAliveTimeout: 30_000, allowH2: false };
  switch (connection.type) {
    case 'proxy':
      return new ProxyAgent({
        ...options,
        uri: connection.uri,
        requestTls: { ...connection.requestTls, timeout: CONNECT_TIMEOUT_MS } as object,
      });
    case 'agent':
      return new Agent({ ...options, connect: { ...connection.connect, timeout: CONNECT_TIMEOUT_MS } as object });
    case 'none':
      return new Agent({ ...options, connect: { timeout: CONNECT_TIMEOUT_MS } });
    case 'socks':
      throw new Error(`proxy-url ${connection.uri}: SOCKS proxies are not supported yet`);
  }
}

/** A Date header is up to a second behind, and never ahead. */
function followServerClock() {
  let offsetMs: number | undefined;
  return {
    note: (date: string | string[] | undefined): void => {
      const serverMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
      if (!Number.isNaN(serverMs)) offsetMs = Math.max(offsetMs ?? Number.NEGATIVE_INFINITY, serverMs - performance.now());
    },
    nowMs: (): number => {
      if (offsetMs === undefined) throw new Error('the server was not asked yet, so its time is not known');
      return offsetMs + performance.now();
    },
  };
}

function rememberCredentials(access: KubeAccess) {
  let known: { headers: Promise<AuthHeaders>; until: number } | undefined;
  return {
    headers: (): Promise<AuthHeaders> => {
      const now = performance.now();
      if (!known || now >= known.until) known = { headers: access.authenticate(), until: now + CREDENTIALS_MS };
      return known.headers;
    },
    forget: (): void => {
      known = undefined;
    },
  };
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

import { setTimeout as sleep } from 'node:timers/promises';
import { expectClusterId, IDENTITY_NAMESPACE, tellsIdentity } from './identity.ts';
import { objectPath } from './paths.ts';
import { type About, requestError } from './problems.ts';
import { type Attempt, RETRIED_STATUSES } from './retry.ts';
import { type ApiRequest, NO_JSON, type Transport } from './transport.ts';
import type { ClusterAccess } from './types.ts';

const GREETINGS = 4;
const GREETING_PAUSE_MS = 500;
const HUNG_UP: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', NO_JSON]);
const VERSION: ApiRequest = { method: 'GET', path: '/version' };

/** Asks the server whether it is there and takes our credentials; a ProblemError when not, or when it is another one than the environment says. */
export function greetServer(transport: Transport, access: ClusterAccess, about: About): Promise<void> {
  return expectCluster(transport, access, about, greet(transport, VERSION));
}

/** The server is asked who it is at the same time: it costs no round trip of its own. */
async function expectCluster(transport: Transport, access: ClusterAccess, about: About, greeted: Promise<Attempt>): Promise<void> {
  const identity = objectPath({ apiVersion: 'v1', kind: 'Namespace', name: IDENTITY_NAMESPACE });
  const [greeting, answer] = await Promise.all([
    greeted,
    access.expected?.clusterId ? transport.send({ method: 'GET', path: identity }) : undefined,
  ]);
  if (!greeting.answered || greeting.status === 401) throw requestError(greeting, about('read', 'the version'));
  if (answer && !tellsIdentity(answer)) throw requestError(answer, about('read', `namespace/${IDENTITY_NAMESPACE}`));
  if (answer) expectClusterId(access, answer);
}

/** A server that is not there is told at once; one that was there and hung up is asked again. */
async function greet(transport: Transport, request: ApiRequest): Promise<Attempt> {
  for (let made = 1; ; made++) {
    const attempt = await transport.send({ ...request, attempts: 1 });
    if (attempt.answered || made === GREETINGS || !HUNG_UP.has(attempt.errorCode)) return attempt;
    await sleep(GREETING_PAUSE_MS);
  }
}

/**
 * A transport whose first read is the greeting. Reads that come before its answer go out beside it, and all else goes out after it: whoever
 * asks is told what is wrong with the server before anything else, and a server that is not the right one is sent no change.
 */
export function greetByReading(transport: Transport, access: ClusterAccess, about: About): Transport {
  let isGreeted = false;
  let greeting: Promise<void> | undefined;
  const begin = (greeted: Promise<Attempt>): Promise<void> => {
    greeting = expectCluster(transport, access, about, greeted);
    greeting.then(
      () => {
        isGreeted = true;
      },
      () => transport.close(),
    );
    return greeting;
  };
  const firstOf = async (request: ApiRequest): Promise<Attempt> => {
    const greeted = greet(transport, request);
    await begin(greeted);
    const attempt = await greeted;
    return attempt.answered && RETRIED_STATUSES.has(attempt.status) ? transport.send(request) : attempt;
  };
  const inTurn = async (request: ApiRequest): Promise<Attempt> => {
    const early = isRead(request) ? transport.send(request) : undefined;
    early?.catch(() => undefined);
    await (greeting ?? begin(greet(transport, VERSION)));
    return early ?? transport.send(request);
  };
  return {
    ...transport,
    send: (request) => {
      if (isGreeted) return transport.send(request);
      return greeting === undefined && isRead(request) ? firstOf(request) : inTurn(request);
    },
    open: async (request, signal, idleSeconds) => {
      if (!isGreeted) await (greeting ?? begin(greet(transport, VERSION)));
      return transport.open(request, signal, idleSeconds);
    },
  };
}

const isRead = ({ method, isQuestion }: ApiRequest): boolean => method === 'GET' || isQuestion === true;

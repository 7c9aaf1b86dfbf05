import http, { Agent, type ClientRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import type { KubeAccess } from './kube-access.ts';

/** One request as it goes out. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  /** The longest silence before the answer begins. */
  readonly headTimeoutMs: number;
  /** The longest silence within the answer. */
  readonly bodyTimeoutMs: number;
  /** Gives the request up, also while its answer is read. */
  readonly signal?: AbortSignal;
}

/** An answer whose head has come; its body comes as it is read. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** Connections to one server, opened as they are needed and kept for the next request. */
export interface Connections {
  /** The answer; an error with a `code` when there is none. */
  ask(request: WireRequest): Promise<WireAnswer>;
  /** Ends everything that is under way. */
  close(): void;
}

/** The code of a request whose connections were closed. */
export const CLOSED = 'CLOSED';

const CONNECT_TIMEOUT_MS = 5_000;
/** An idle connection is asked for a sign of life, and closed, sooner than load balancers forget it, which is after a minute. */
const IDLE_MS = 30_000;
const KEPT = { keepAlive: true, keepAliveMsecs: IDLE_MS, timeout: IDLE_MS };

/** The way to the server of a kubeconfig, through its proxy where it names one. A TLS session of one connection is used by all. */
export async function openConnections({ server, connection }: KubeAccess): Promise<Connections> {
  const isTls = server.protocol === 'https:';
  const agent = await agentFor(connection, isTls);
  const place = { agent, host: server.hostname.replace(/^\[|\]$/g, ''), port: server.port, ...(isTls ? tlsOf(connection) : {}) };
  const underWay = new Map<ClientRequest, (error: Error) => void>();
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const sent = (isTls ? https : http).request({ ...place, ...optionsOf(request) });
        const giveUp = (error: Error): void => {
          sent.destroy(error);
          reject(error);
        };
        underWay.set(sent, giveUp);
        limitConnecting(sent, isTls, giveUp);
        sent.on('close', () => underWay.delete(sent));
        sent.on('error', reject);
        sent.on('timeout', () => giveUp(failure('ETIMEDOUT', 'no answer in time')));
        sent.on('response', (answer) => {
          // Who reads it is told of an error, and who does not has no use for one.
          answer.on('error', () => undefined);
          answer.setTimeout(request.bodyTimeoutMs, () => answer.destroy(failure('ETIMEDOUT', 'the answer stopped')));
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
        });
        sent.end(request.body);
      }),
    close: () => {
      for (const giveUp of underWay.values()) giveUp(failure(CLOSED, 'the connections were closed'));
      agent.destroy();
    },
  };
}

/** The whole of a body as text. */
export async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function optionsOf({ method, path, headers, body, headTimeoutMs, signal }: WireRequest): RequestOptions {
  // Node tells the length of a body by itself, but not that of a DELETE, whose body the server would take for the next request.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return { method, path, headers: { ...headers, ...length }, timeout: headTimeoutMs, ...(signal ? { signal } : {}) };
}

/** Silence is only heard on a connection that is there. */
function limitConnecting(sent: ClientRequest, isTls: boolean, giveUp: (error: Error) => void): void {
  const late = setTimeout(() => giveUp(failure('ETIMEDOUT', 'no connection in time')), CONNECT_TIMEOUT_MS);
  const arrive = (): void => clearTimeout(late);
  sent.once('close', arrive);
  sent.once('socket', (socket) => {
    // Node takes its own listener off before it hands the connection back: an abort in between would end the process.
    if (!sent.reusedSocket) socket.on('error', () => undefined);
    if (sent.reusedSocket || (!isTls && !socket.connecting)) arrive();
    else socket.once(isTls ? 'secureConnect' : 'connect', arrive);
  });
}

/** Proxies are rare: what speaks to them is loaded here and not before. */
async function agentFor(connection: KubeAccess['connection'], isTls: boolean): Promise<Agent> {
  switch (connection.type) {
    case 'proxy': {
      const { HttpsProxyAgent } = await import('https-proxy-agent');
      return new HttpsProxyAgent(connection.uri, KEPT);
    }
    case 'socks': {
      const { SocksProxyAgent } = await import('socks-proxy-agent');
      return new SocksProxyAgent(connection.uri, KEPT);
    }
    default:
      return isTls ? new https.Agent(KEPT) : new Agent(KEPT);
  }
}

/** Certificates and keys are parsed here; a connection that is given none of it parses them again, which is a third of its cost. */
function tlsOf(connection: KubeAccess['connection']): ConnectionOptions {
  if (connection.type === 'none') return {};
  const { ca, cert, key, pfx, passphrase, ...rest } = (
    connection.type === 'agent' ? connection.connect : connection.requestTls
  ) as ConnectionOptions;
  return { ...rest, secureContext: createSecureContext({ ca, cert, key, pfx, passphrase }) };
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

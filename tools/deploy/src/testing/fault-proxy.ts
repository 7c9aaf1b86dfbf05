import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Agent, type Dispatcher } from 'undici';
import { inject } from 'vitest';
import { withKubeconfig } from './api.ts';
import { clientTls } from './client-tls.ts';
import { stepOf } from './steps.ts';

/** A request that has reached the proxy, and how to go on with it. */
export interface Exchange {
  /** What the deploy is about when it sends this: `apply deployments`, `watch pods`. */
  readonly step: string;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
  /** Passes the request on with the rights of the cluster's administrator; the answer as it begins. */
  forward(): Promise<Answer>;
}

/** An answer of the API server, or of what stands in for a pod. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Buffer>;
}

/** Something that goes wrong with the requests of one step. */
export interface Fault {
  readonly at: (step: string) => boolean;
  /** What the first request of each such step meets, the second and so on; the others pass. */
  readonly acts: readonly Act[];
  /** Every request meets it: the acts begin again after the last. */
  readonly lasts?: boolean;
}

export type Act = (exchange: Exchange) => Promise<void> | void;

/** A request that was seen, and whether it met a fault. */
export interface Seen {
  readonly step: string;
  readonly path: string;
  readonly met: boolean;
}

export interface ProxyOptions {
  readonly faults?: readonly Fault[];
  /** Answers in the place of pods: simulated ones have addresses that lead nowhere. */
  readonly pod?: (path: string) => { readonly status: number; readonly text: string };
  /** The only token that is let through; left out, any. */
  readonly token?: () => string;
  /** How the kubeconfig's user signs in; left out, by a token of no importance. */
  readonly user?: Readonly<Record<string, unknown>>;
}

export interface FaultProxy {
  readonly kubeconfig: string;
  readonly seen: readonly Seen[];
  /** Closes all connections; until then new ones are refused when the way is cut. */
  cut(isCut: boolean): void;
}

const run = promisify(execFile);
let identity: Promise<{ key: string; cert: string }> | undefined;

/** A proxy of its own certificate before the real API server, that sees each request and can spoil it. */
export async function withFaultProxy<T>(options: ProxyOptions, use: (proxy: FaultProxy) => Promise<T>): Promise<T> {
  identity ??= makeIdentity();
  const { key, cert } = await identity;
  const seen: Seen[] = [];
  const way = { isCut: false };
  const upstream = new Agent({ connect: await clientTls(), pipelining: 1, bodyTimeout: 0 });
  const server = createServer({ key, cert }, (request, response) => {
    if (way.isCut) return void request.socket.destroy();
    serve(request, response, options, upstream, seen).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await useThrough(server, cert, options, (kubeconfig) => {
      const cut = (isCut: boolean) => {
        way.isCut = isCut;
        if (isCut) server.closeAllConnections();
      };
      return use({ kubeconfig, seen, cut });
    });
  } finally {
    server.closeAllConnections();
    server.close();
    await upstream.destroy();
  }
}

function useThrough<T>(server: Server, cert: string, options: ProxyOptions, use: (kubeconfig: string) => Promise<T>): Promise<T> {
  const { port } = server.address() as AddressInfo;
  return withKubeconfig((config) => {
    for (const { cluster } of config.clusters) {
      cluster.server = `https://127.0.0.1:${port}`;
      cluster['certificate-authority-data'] = Buffer.from(cert).toString('base64');
    }
    for (const entry of config.users) entry.user = options.user ?? { token: 'any' };
  }, use);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
  upstream: Dispatcher,
  seen: Seen[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const path = request.url ?? '';
  const step = stepOf(request.method ?? '', path);
  const act = actAt(step, options.faults ?? [], seen);
  seen.push({ step, path, met: act !== undefined });
  const forward = async (): Promise<Answer> =>
    step === 'verify' && options.pod ? answerOfPod(options.pod(path)) : pass(request, response, body, upstream);
  if (act) return act({ step, request, body, response, forward });
  if (options.token && request.headers.authorization !== `Bearer ${options.token()}`) return answerStatus(response, 401, 'Unauthorized');
  await passBack(await forward(), response);
}

function actAt(step: string, faults: readonly Fault[], seen: readonly Seen[]): Act | undefined {
  const fault = faults.find((one) => one.at(step));
  if (!fault) return undefined;
  const met = seen.filter((one) => one.met && one.step === step).length;
  return fault.acts[fault.lasts ? met % fault.acts.length : met];
}

function pass(request: IncomingMessage, response: ServerResponse, body: Buffer, upstream: Dispatcher): Promise<Answer> {
  const { authorization: _own, host: _host, connection: _hop, ...headers } = request.headers;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  return upstream.request({
    origin: inject('cluster').server,
    path: request.url ?? '',
    method: request.method as Dispatcher.HttpMethod,
    headers,
    body: body.length > 0 ? body : null,
    signal: gone.signal,
  });
}

/** Hands an answer over as it arrives. */
export async function passBack(answer: Answer, response: ServerResponse): Promise<void> {
  response.writeHead(answer.statusCode, answer.headers as Record<string, string>);
  response.flushHeaders();
  for await (const chunk of answer.body) response.write(chunk);
  response.end();
}

/** Answers with a Status as the API server writes it. */
export function answerStatus(response: ServerResponse, code: number, message: string, more: object = {}): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code, ...more }));
}

function answerOfPod(answer: { readonly status: number; readonly text: string }): Answer {
  const body = (async function* () {
    yield Buffer.from(answer.text);
  })();
  return { statusCode: answer.status, headers: { 'content-type': 'application/json' }, body };
}

/** A certificate that signs itself, so that it is its own authority in the kubeconfig. */
async function makeIdentity(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-proxy-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=fault-proxy', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Who may read, and how they prove it. */
export type Login = 'none' | 'basic' | 'bearer';

/** A registry on this machine that answers as the distribution specification says. */
export interface TestRegistry {
  /** `127.0.0.1:5055`. */
  readonly host: string;
  /** What was asked of it: `GET /v2/acme/churn/manifests/1`. */
  readonly asked: string[];
  /** Keeps a manifest under a tag; gives its digest. */
  put(repository: string, tag: string, manifest: object): string;
  /** Answers the next requests with these status codes. */
  failNext(...statuses: number[]): void;
}

export const USER = 'ci';
export const PASSWORD = 'pass:word';
export const REFRESH_TOKEN = 'refresh-me';
const TOKEN = 'a-token-of-this-registry';

/** Runs a registry while the callback does. */
export async function withRegistry<T>(login: Login, use: (registry: TestRegistry) => Promise<T>): Promise<T> {
  const manifests = new Map<string, string>();
  const asked: string[] = [];
  const failures: number[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const failure = failures.shift();
    if (failure) return response.writeHead(failure).end();
    if (request.url?.startsWith('/token')) return void answerToken(request, response);
    if (!isAllowed(request, login)) return challenge(request, response, login);
    answerManifest(manifests.get(request.url ?? ''), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const put = (repository: string, tag: string, manifest: object): string => {
    const text = JSON.stringify(manifest);
    for (const name of [tag, sha256(text)]) manifests.set(`/v2/${repository}/manifests/${name}`, text);
    return sha256(text);
  };
  try {
    return await use({ host, asked, put, failNext: (...statuses) => void failures.push(...statuses) });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const BASIC = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;

function isAllowed(request: IncomingMessage, login: Login): boolean {
  const { authorization } = request.headers;
  return login === 'none' || authorization === (login === 'basic' ? BASIC : `Bearer ${TOKEN}`);
}

function challenge(request: IncomingMessage, response: ServerResponse, login: Login): void {
  const realm = `http://${request.headers.host}/token`;
  const scope = `repository:${/^\/v2\/(.+)\/manifests\//.exec(request.url ?? '')?.[1]}:pull`;
  const wanted = login === 'basic' ? 'Basic realm="lab"' : `Bearer realm="${realm}",service="lab",scope="${scope}"`;
  response.writeHead(401, { 'WWW-Authenticate': wanted, 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }));
}

/** Tokens are given for a password (GET) or for a refresh token (POST). */
async function answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const form = new URLSearchParams(body);
  const isKnown = request.method === 'POST' ? form.get('refresh_token') === REFRESH_TOKEN : request.headers.authorization === BASIC;
  response.writeHead(isKnown ? 200 : 401, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(isKnown ? { [request.method === 'POST' ? 'access_token' : 'token']: TOKEN } : {}));
}

function answerManifest(manifest: string | undefined, response: ServerResponse): void {
  if (manifest === undefined) {
    response.writeHead(404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json', 'Docker-Content-Digest': sha256(manifest) });
  response.end(manifest);
}

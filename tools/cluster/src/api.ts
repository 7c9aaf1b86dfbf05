import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { ClusterAccess } from './kubeconfig.ts';

/** What the API server answered; the body is parsed when it is JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A request's body and how it is meant. */
export interface ApiBody {
  readonly value: unknown;
  readonly type?: string;
}

/** The access of the cluster's administrator, from the files of its folder. */
export async function adminAccess(pki: string, server: string): Promise<ClusterAccess> {
  const read = (name: string) => readFile(join(pki, name), 'utf8');
  const [authority, certificate, key] = await Promise.all([read('ca.crt'), read('admin.crt'), read('admin.key')]);
  return { server, authority, certificate, key };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One request to the API server; rejects when nobody answers within five seconds. */
export function callApi(access: ClusterAccess, method: string, path: string, body?: ApiBody): Promise<ApiAnswer> {
  const headers = body ? { 'content-type': body.type ?? 'application/json' } : {};
  const identity = { ca: access.authority, cert: access.certificate, key: access.key, agent: false as const };
  return new Promise((resolve, reject) => {
    const call = request(`${access.server}${path}`, { method, headers, timeout: 5000, ...identity }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
    });
    call.on('timeout', () => call.destroy(new Error(`no answer from ${access.server} within 5 s`)));
    call.on('error', reject);
    call.end(body ? JSON.stringify(body.value) : undefined);
  });
}

/** The body of a successful GET, or undefined when the server does not answer or says no. */
export async function readApi(access: ClusterAccess, path: string): Promise<unknown> {
  const answer = await callApi(access, 'GET', path).catch(() => undefined);
  return answer?.status === 200 ? answer.body : undefined;
}

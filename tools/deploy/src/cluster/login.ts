import { readFileSync } from 'node:fs';
import type { DispatcherOptions } from '@kubernetes/client-node';
import type { ClusterEntry, UserEntry } from './kubeconfig.ts';

/** How a connection is opened, and what each request says about who asks. */
export interface Login {
  readonly connection: DispatcherOptions;
  /** Headers of authentication; token files are read and exec plugins asked again. */
  authenticate(): Promise<AuthHeaders>;
}

export type AuthHeaders = Readonly<Record<string, string | string[]>>;

/** Shorter than the idle timeout of load balancers, which is a minute. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 30_000 } as const;

/** The credentials of a user whose kubeconfig says all of them itself. */
export function loginOfFile(cluster: ClusterEntry, user: UserEntry): Login {
  return { connection: connectionOf(cluster, user), authenticate: async () => headersOf(user) };
}

function connectionOf(cluster: ClusterEntry, user: UserEntry): DispatcherOptions {
  const { server = '', 'proxy-url': proxy } = cluster;
  if (server.startsWith('http:') && cluster['insecure-skip-tls-verify'] !== true) {
    throw new Error(`${server} is plain HTTP; its cluster needs insecure-skip-tls-verify: true`);
  }
  const requestTls = tlsOf(cluster, user);
  if (proxy?.startsWith('socks')) return { type: 'socks', uri: proxy, requestTls };
  if (proxy) return { type: 'proxy', uri: proxy, requestTls, connect: KEEP_ALIVE };
  return { type: 'agent', connect: { ...requestTls, ...KEEP_ALIVE } };
}

function headersOf(user: UserEntry): AuthHeaders {
  const { as, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra = {} } = user;
  return {
    ...authorizationOf(user),
    ...(as ? { 'Impersonate-User': as } : {}),
    ...(uid ? { 'Impersonate-Uid': uid } : {}),
    ...(groups ? { 'Impersonate-Group': [...groups] } : {}),
    ...Object.fromEntries(Object.entries(extra).map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, [...values]])),
  };
}

function authorizationOf({ token, tokenFile, username, password = '' }: UserEntry): AuthHeaders {
  if (tokenFile) return { Authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  if (token) return { Authorization: `Bearer ${token}` };
  return username ? { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` } : {};
}

function tlsOf(cluster: ClusterEntry, user: UserEntry) {
  const ca = pemOf(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = pemOf(user['client-certificate-data'], user['client-certificate']);
  const key = pemOf(user['client-key-data'], user['client-key']);
  const servername = cluster['tls-server-name'];
  return {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(servername ? { servername } : {}),
    ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
  };
}

/** What stands in the kubeconfig itself goes before a file that it names. */
function pemOf(data: string | undefined, file: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, 'base64');
  return file ? readFileSync(file) : undefined;
}

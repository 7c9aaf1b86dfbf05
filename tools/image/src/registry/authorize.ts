import type { Answer } from './ask.ts';
import type { Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { isLoopback } from './reference.ts';

/** Sends a request within the time that a registry has. */
export type Send = (address: string, options: { method?: string; headers?: Record<string, string>; body?: string }) => Promise<Answer>;

/** A name for our requests of tokens; registries write it into their logs. */
const CLIENT_ID = 'modelyard';

/** The `Authorization` header that meets a challenge; undefined when it cannot be met with these credentials. */
export async function authorize(
  challenge: Challenge,
  credentials: Credentials | undefined,
  scope: string,
  send: Send,
): Promise<string | undefined> {
  if (challenge.scheme === 'basic') return credentials?.kind === 'password' ? basic(credentials) : undefined;
  const realm = safeRealm(challenge.realm);
  if (!realm) return undefined;
  const wanted = { ...challenge, scope: challenge.scope ?? scope };
  const answer =
    credentials?.kind === 'token'
      ? await refresh(realm, wanted, credentials.refreshToken, send)
      : await fetchToken(realm, wanted, credentials, send);
  const bearer = answer.status === 200 ? tokenOf(answer.body) : undefined;
  return bearer ? `Bearer ${bearer}` : undefined;
}

function tokenOf(body: Buffer): string | undefined {
  try {
    const { token, access_token: accessToken } = JSON.parse(body.toString('utf8')) as { token?: string; access_token?: string };
    return token ?? accessToken;
  } catch {
    return undefined;
  }
}

/** A password goes to no address without TLS, unless it is on this machine. */
function safeRealm(realm: string): URL | undefined {
  if (!URL.canParse(realm)) return undefined;
  const address = new URL(realm);
  return address.protocol === 'https:' || (address.protocol === 'http:' && isLoopback(address.host)) ? address : undefined;
}

interface Wanted {
  readonly service?: string;
  readonly scope: string;
}

function fetchToken(realm: URL, { service, scope }: Wanted, credentials: Credentials | undefined, send: Send): Promise<Answer> {
  if (service) realm.searchParams.set('service', service);
  realm.searchParams.set('scope', scope);
  const headers = credentials?.kind === 'password' ? { Authorization: basic(credentials) } : undefined;
  return send(realm.href, headers ? { headers } : {});
}

function refresh(realm: URL, { service, scope }: Wanted, refreshToken: string, send: Send): Promise<Answer> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: CLIENT_ID, scope, ...(service ? { service } : {}) };
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return send(realm.href, { method: 'POST', headers, body: new URLSearchParams(form).toString() });
}

const basic = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;

import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import type { KubeAccess } from './kube-access.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Pools to one server, each of at most so many connections; null is without a limit. A TLS session of one is used by all. */
export function dispatchersOf({ connection }: KubeAccess, limits: readonly (number | null)[]): Dispatcher[] {
  // HTTP/2 is left out: sessions that are torn down can end the whole process (nodejs/node#64850, #64841).
  const options = { pipelining: 1, keepAliveTimeout: 30_000, allowH2: false };
  switch (connection.type) {
    case 'proxy': {
      const requestTls = { ...connection.requestTls, timeout: CONNECT_TIMEOUT_MS } as object;
      return limits.map((connections) => new ProxyAgent({ ...options, connections, uri: connection.uri, requestTls }));
    }
    case 'socks':
      throw new Error(`proxy-url ${connection.uri}: SOCKS proxies are not supported yet`);
    default: {
      const tls = connection.type === 'agent' ? (connection.connect as object) : {};
      const connect = buildConnector({ ...tls, ...parsedOnce(tls), allowH2: false, timeout: CONNECT_TIMEOUT_MS });
      return limits.map((connections) => new Agent({ ...options, connections, connect }));
    }
  }
}

/** Certificates and keys are parsed here; a connection that is given none of it parses them again, which is a third of its cost. */
function parsedOnce(tls: SecureContextOptions): object {
  return { secureContext: createSecureContext(tls) };
}

import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { KubeAccess } from './kube-access.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** A pool of at most so many connections; null is without a limit. */
export function dispatcherOf(access: KubeAccess, connections: number | null): Dispatcher {
  const { connection } = access;
  // HTTP/2 is left out: undici 8 throws an aborted stream's error into the void when the pool is destroyed.
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

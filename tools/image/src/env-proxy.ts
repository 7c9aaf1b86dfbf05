import { BlockList, isIP } from 'node:net';
import type { Environment } from './environment.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/**
 * The proxy by which kubectl reaches a server whose kubeconfig names none: HTTPS_PROXY, or HTTP_PROXY for plain HTTP. None for this machine, and for what
 * NO_PROXY names: a domain and all below it, `.domain` for those below alone, an address, a network as CIDR, each with a port if wanted, or `*`. These are the rules of
 * Go's net/http/httpproxy.
 */
export function proxyOfEnv(server: URL, env: Environment): string | undefined {
  const named = server.protocol === 'https:' ? (env.HTTPS_PROXY ?? env.https_proxy) : (env.HTTP_PROXY ?? env.http_proxy);
  if (!named) return undefined;
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = server.port || (DEFAULT_PORTS[server.protocol] ?? '');
  if (isThisMachine(host)) return undefined;
  const exceptions = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((text) => text.trim().toLowerCase());
  if (exceptions.some((exception) => exception !== '' && excepts(exception, host, port))) return undefined;
  return named.includes('://') ? named : `http://${named}`;
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || isInNetwork('127.0.0.0/8', host) || host === '::1';
}

function excepts(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true;
  if (exception.includes('/')) return isInNetwork(exception, host);
  const [name, only] = nameAndPort(exception);
  if (only !== undefined && only !== port) return false;
  if (isIP(name) || isIP(host)) return name === host;
  const domain = name.replace(/^\*(?=\.)/, '');
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

/** `[::1]:443`, `10.0.0.1:443` and `example.com:443` have a port; `::1` has none. */
function nameAndPort(exception: string): [name: string, port?: string] {
  if (isIP(exception)) return [exception];
  const [, bracketed, plain = '', port] = /^(?:\[(.+)\]|(.*?))(?::(\d+))?$/.exec(exception) ?? [];
  const name = bracketed ?? plain;
  return port === undefined ? [name] : [name, port];
}

function isInNetwork(cidr: string, host: string): boolean {
  const [network = '', length = ''] = cidr.split('/');
  const version = isIP(network);
  if (version === 0 || version !== isIP(host) || !/^\d+$/.test(length) || Number(length) > (version === 4 ? 32 : 128)) return false;
  const type = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(length), type);
  return list.check(host, type);
}

import { expect, test } from 'vitest';
import { proxyOfEnv } from './env-proxy.ts';

const PROXY = 'http://proxy.acme.example:3128';

test.each([
  ['https://api.acme.example:6443', {}, undefined],
  ['https://api.acme.example:6443', { HTTPS_PROXY: PROXY }, PROXY],
  ['https://api.acme.example:6443', { https_proxy: 'proxy.acme.example:3128' }, PROXY],
  ['https://api.acme.example:6443', { HTTPS_PROXY: 'socks5://proxy:1080' }, 'socks5://proxy:1080'],
  ['https://api.acme.example:6443', { HTTP_PROXY: PROXY }, undefined],
  ['http://api.acme.example', { HTTP_PROXY: PROXY }, PROXY],
  ['https://localhost:6443', { HTTPS_PROXY: PROXY }, undefined],
  ['https://127.0.0.9:6443', { HTTPS_PROXY: PROXY }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: PROXY }, undefined],
] as const)('%s with %j is reached through %s', (server, env, proxy) => {
  expect(proxyOfEnv(new URL(server), env)).toBe(proxy);
});

test.each([
  ['*', 'https://api.acme.example', true],
  ['acme.example', 'https://acme.example', true],
  ['acme.example', 'https://api.acme.example', true],
  ['acme.example', 'https://notacme.example', false],
  ['.acme.example', 'https://api.acme.example', true],
  ['.acme.example', 'https://acme.example', false],
  ['*.acme.example', 'https://API.acme.example', true],
  ['other.example, acme.example:6443', 'https://api.acme.example:6443', true],
  ['acme.example:6443', 'https://api.acme.example', false],
  ['acme.example:443', 'https://api.acme.example', true],
  ['10.0.0.0/8', 'https://10.96.0.1:443', true],
  ['10.0.0.0/8', 'https://11.96.0.1:443', false],
  ['10.96.0.1', 'https://10.96.0.1', true],
  ['10.96.0.1:443', 'https://10.96.0.1:6443', false],
  ['fd00::/8', 'https://[fd12::1]:6443', true],
  ['[fd12::1]:6443', 'https://[fd12::1]:6443', true],
  ['fd12::1', 'https://[fd12::1]:6443', true],
  ['10.0.0.0/64, nonsense/8', 'https://10.96.0.1', false],
  ['', 'https://api.acme.example', false],
])('NO_PROXY=%s and %s: left out is %s', (exceptions, server, isLeftOut) => {
  const proxy = proxyOfEnv(new URL(server), { HTTPS_PROXY: PROXY, NO_PROXY: exceptions });
  expect(proxy === undefined).toBe(isLeftOut);
});

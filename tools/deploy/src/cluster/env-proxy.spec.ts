import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '@modelyard/core';
import { expect, test, vi } from 'vitest';
import { proxyOfEnv } from './env-proxy.ts';
import { loadKubeAccess } from './kube-access.ts';

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

test.each([
  [{}, 'proxy', PROXY],
  [{ 'proxy-url': 'http://own.acme.example:8080' }, 'proxy', 'http://own.acme.example:8080'],
] as const)('a kubeconfig whose cluster says %j is followed through a %s: %s', async (more, type, uri) => {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-proxy-'));
  vi.stubEnv('HTTPS_PROXY', PROXY);
  try {
    const file = join(folder, 'config');
    const cluster = { server: 'https://api.acme.example:6443', ...more };
    const contexts = [{ name: 'lab', context: { cluster: 'lab', user: 'ann' } }];
    await writeFile(
      file,
      JSON.stringify({ clusters: [{ name: 'lab', cluster }], users: [{ name: 'ann', user: { token: 't' } }], contexts }),
    );
    const access = unwrap(await loadKubeAccess({ environment: 'test', context: 'lab', kubeconfigs: [file] }));
    expect(access.connection).toMatchObject({ type, uri });
  } finally {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  }
});

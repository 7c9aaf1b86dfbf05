import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '@modelyard/core';
import { expect, test } from 'vitest';
import { loadKubeAccess } from './kube-access.ts';

const PROXY = 'http://proxy.acme.example:3128';

test.each([
  [{}, 'proxy', PROXY],
  [{ 'proxy-url': 'http://own.acme.example:8080' }, 'proxy', 'http://own.acme.example:8080'],
] as const)('a kubeconfig whose cluster says %j is followed through a %s: %s', async (more, type, uri) => {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-proxy-'));
  try {
    const file = join(folder, 'config');
    const cluster = { server: 'https://api.acme.example:6443', ...more };
    const contexts = [{ name: 'lab', context: { cluster: 'lab', user: 'ann' } }];
    await writeFile(
      file,
      JSON.stringify({ clusters: [{ name: 'lab', cluster }], users: [{ name: 'ann', user: { token: 't' } }], contexts }),
    );
    const access = unwrap(await loadKubeAccess({ environment: 'test', context: 'lab', kubeconfigs: [file], env: { HTTPS_PROXY: PROXY } }));
    expect(access.connection).toMatchObject({ type, uri });
  } finally {
    await rm(folder, { recursive: true });
  }
});

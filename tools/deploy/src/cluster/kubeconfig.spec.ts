import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadKubeAccess } from './kube-access.ts';
import { type ClusterEntry, readKubeconfigs, type UserEntry } from './kubeconfig.ts';
import { loginOfFile } from './login.ts';
import { loginOfPlugin } from './login-plugins.ts';

const folder = mkdtempSync(join(tmpdir(), 'modelyard-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const named = (kind: string, name: string, entry: object) => ({ name, [kind]: entry });
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('kubeconfig files', () => {
  test('of two entries of one name the first holds, and paths start at the file that names them', () => {
    const first = write(
      'first',
      stringify({ clusters: [named('cluster', 'lab', { server: 'https://one', 'certificate-authority': 'ca.pem' })] }),
    );
    const second = write(
      'second',
      stringify({ clusters: [named('cluster', 'lab', { server: 'https://two' }), named('cluster', 'prod', { server: 'https://prod' })] }),
    );
    const config = readKubeconfigs([first, join(folder, 'absent'), second]);
    expect(config.ok && [...config.value.clusters]).toEqual([
      ['lab', { server: 'https://one', 'certificate-authority': join(folder, 'ca.pem') }],
      ['prod', { server: 'https://prod' }],
    ]);
  });

  test('every broken file is named with what is wrong in it', () => {
    const unnamed = write('unnamed', stringify({ users: [{ user: {} }] }));
    const noList = write('no-list', stringify({ contexts: { lab: {} } }));
    const config = readKubeconfigs([unnamed, noList]);
    expect(config.ok ? [] : config.problems.map(({ code, where, what }) => `${code} ${where.slice(folder.length)} ${what}`)).toEqual([
      'broken-kubeconfig /unnamed users[0].name is missing',
      'broken-kubeconfig /no-list "contexts" is not a list',
    ]);
  });

  test('plain HTTP is refused unless it is meant', async () => {
    const config = (more: object) => ({
      contexts: [named('context', 'lab', { cluster: 'lab' })],
      clusters: [named('cluster', 'lab', { server: 'http://10.0.0.1:8080', ...more })],
    });
    const access = (file: string) => loadKubeAccess({ environment: 'local', context: 'lab', kubeconfigs: [file] });
    const plain = write('plain', stringify(config({})));
    expect(await access(plain)).toEqual({
      ok: false,
      problems: [
        {
          code: 'no-credentials',
          where: plain,
          what: 'context "lab" gives no credentials: http://10.0.0.1:8080 is plain HTTP; its cluster needs insecure-skip-tls-verify: true',
          remedy: 'log in to the cluster again, then try "kubectl --context lab version"',
        },
      ],
    });
    expect((await access(write('meant', stringify(config({ 'insecure-skip-tls-verify': true }))))).ok).toBe(true);
  });
});

test('after a refusal the files are read again, and another server is not trusted', async () => {
  const config = (server: string, token: string) =>
    stringify({
      contexts: [named('context', 'lab', { cluster: 'lab', user: 'ann' })],
      clusters: [named('cluster', 'lab', { server })],
      users: [named('user', 'ann', { token })],
    });
  const file = write('changing', config('https://one', 'old'));
  const access = await loadKubeAccess({ environment: 'local', context: 'lab', kubeconfigs: [file] });
  if (!access.ok) throw new Error('there is access');
  write('changing', config('https://one', 'new'));
  expect(await access.value.authenticate()).toEqual({ Authorization: 'Bearer old' });
  expect(await access.value.authenticate(true)).toEqual({ Authorization: 'Bearer new' });
  write('changing', config('https://two', 'new'));
  await expect(access.value.authenticate(true)).rejects.toThrow('it leads to another server than when the deploy began');
});

describe('credentials without the client library are those with it', () => {
  const https: ClusterEntry = { server: 'https://10.0.0.1:6443', 'certificate-authority-data': base64('ca') };
  const cases: Record<string, [ClusterEntry, UserEntry]> = {
    'client certificates in the file': [https, { 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') }],
    'client certificates beside it': [https, { 'client-certificate': write('cert', 'cert'), 'client-key': write('key', 'key') }],
    'a token': [{ ...https, 'tls-server-name': 'kubernetes' }, { token: 'secret' }],
    'name and password': [
      { server: 'https://10.0.0.1', 'insecure-skip-tls-verify': true },
      { username: 'ann', password: 'secret' },
    ],
    'another user, through a proxy': [
      { ...https, 'proxy-url': 'http://proxy:3128' },
      { token: 'secret', as: 'intern' },
    ],
  };
  test.each(Object.entries(cases))('%s', async (_name, [cluster, user]) => {
    const ours = loginOfFile(cluster, user);
    const theirs = await loginOfPlugin(cluster, user);
    expect(ours.connection).toEqual(theirs.connection);
    expect(await ours.authenticate()).toEqual(await theirs.authenticate());
  });

  test('a token file is read again each time, and groups are impersonated too', async () => {
    const tokenFile = write('token', 'one\n');
    const { authenticate } = loginOfFile(https, { tokenFile, as: 'intern', 'as-groups': ['dev', 'ops'] });
    expect(await authenticate()).toEqual({
      Authorization: 'Bearer one',
      'Impersonate-User': 'intern',
      'Impersonate-Group': ['dev', 'ops'],
    });
    writeFileSync(tokenFile, 'two');
    expect(await authenticate()).toMatchObject({ Authorization: 'Bearer two' });
  });
});

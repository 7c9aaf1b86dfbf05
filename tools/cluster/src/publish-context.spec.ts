import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishContext, withdrawContext } from './publish-context.ts';

const access = { server: 'https://10.0.0.1:6443', authority: 'ca', certificate: 'crt', key: 'key' };
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'modelyard-'));
});
afterEach(() => rm(home, { recursive: true }));

test('a kubeconfig that was not there comes and goes with the cluster, with its folder', async () => {
  const file = join(home, '.kube', 'config');
  const published = await publishContext(file, 'modelyard', access);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await withdrawContext(published, 'modelyard');
  expect(await readdir(home)).toEqual([]);
});

test('a kubeconfig of the user stays, through its link', async () => {
  const real = join(home, 'real');
  await writeFile(real, 'current-context: prod\n', { mode: 0o640 });
  await symlink(real, join(home, 'config'));
  const published = await publishContext(join(home, 'config'), 'modelyard', access);
  expect(await readFile(real, 'utf8')).toContain('- name: modelyard');
  await withdrawContext(published, 'modelyard');
  expect((await readdir(home)).sort()).toEqual(['config', 'real']);
  expect(await readFile(real, 'utf8')).toContain('current-context: prod\n');
  expect((await stat(real)).mode & 0o777).toBe(0o640);
});

test('a kubeconfig we made stays when somebody added a cluster to it', async () => {
  const file = join(home, 'config');
  const published = await publishContext(file, 'modelyard', access);
  await publishContext(file, 'other', access);
  await withdrawContext(published, 'modelyard');
  expect(await readFile(file, 'utf8')).toContain('- name: other');
  expect(await readFile(file, 'utf8')).not.toContain('modelyard');
});

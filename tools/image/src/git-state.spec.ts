import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gitState, withoutLogin } from './git-state.ts';

const UNTRACKED = { commit: null, dirty: false, committedAt: null, remote: null };
let root = '';
let service = '';
const env = { ...process.env, GIT_COMMITTER_DATE: '2026-01-02T03:04:05+00:00', GIT_CEILING_DIRECTORIES: tmpdir() };

const git = (...args: string[]): string => {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@test.test'];
  return execFileSync('git', ['-C', root, ...identity, ...args], { env, encoding: 'utf8' }).trim();
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'modelyard-git-'));
  service = join(root, 'services', 'churn');
  await mkdir(service, { recursive: true });
  await writeFile(join(service, 'Dockerfile'), 'FROM scratch\n');
});
afterEach(() => rm(root, { recursive: true, force: true }));

function commitAll(): string {
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  return git('rev-parse', 'HEAD');
}

test('a folder outside git has no commit', async () => {
  expect(await gitState(service, env)).toEqual(UNTRACKED);
});

test('a repository without a commit has no commit', async () => {
  git('init', '--quiet');
  expect(await gitState(service, env)).toEqual(UNTRACKED);
});

test('a committed folder stands at its commit, with the time of the commit and a remote without login', async () => {
  const commit = commitAll();
  git('remote', 'add', 'origin', 'https://user:secret@git.test/acme/ml.git');
  const remote = 'https://git.test/acme/ml.git';
  expect(await gitState(service, env)).toEqual({ commit, dirty: false, committedAt: '2026-01-02T03:04:05+00:00', remote });
});

test('only changes inside the folder make it dirty', async () => {
  commitAll();
  await writeFile(join(root, 'other.txt'), 'x');
  expect((await gitState(service, env)).dirty).toBe(false);
  await writeFile(join(service, 'new.py'), 'x');
  expect((await gitState(service, env)).dirty).toBe(true);
});

test('a folder that the repository around it ignores is not described by its commit', async () => {
  await writeFile(join(root, '.gitignore'), 'services/\n');
  commitAll();
  expect(await gitState(service, env)).toEqual(UNTRACKED);
});

test('a git hook does not lead to another repository', async () => {
  const commit = commitAll();
  expect((await gitState(service, { ...env, GIT_DIR: '/nowhere/.git' })).commit).toBe(commit);
});

test('an ssh address keeps its user', () => {
  expect(withoutLogin('git@git.test:acme/ml.git')).toBe('git@git.test:acme/ml.git');
});

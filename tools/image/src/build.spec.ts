import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { buildArguments, revisionLabels } from './build.ts';
import { buildSecrets, requireSecretFiles, secretArgument } from './build-secrets.ts';

const revision = { commit: 'c0ffee', dirty: false, committedAt: '2026-01-02T03:04:05+00:00', remote: 'https://git.test/acme/ml.git' };
const unknown = { commit: null, dirty: false, committedAt: null, remote: null };

test('a build names its sources, its secrets and its commit', () => {
  const request = {
    context: 'services/churn',
    dockerfile: 'services/churn/Dockerfile',
    name: 'churn',
    revision,
    secrets: [{ id: 'pip_conf', file: '/home/a/pip.conf' }],
  };
  expect(buildArguments({ builder: 'buildx', env: {} }, request, '/tmp/id')).toEqual([
    'build',
    '--progress=plain',
    '--load',
    ...['--iidfile', '/tmp/id'],
    ...['--file', 'services/churn/Dockerfile'],
    ...['--secret', 'id=pip_conf,src=/home/a/pip.conf'],
    ...['--label', 'org.opencontainers.image.title=churn'],
    ...['--label', 'org.opencontainers.image.revision=c0ffee'],
    ...['--label', 'org.opencontainers.image.created=2026-01-02T03:04:05+00:00'],
    ...['--label', 'org.opencontainers.image.source=https://git.test/acme/ml.git'],
    'services/churn',
  ]);
});

test('a proxy of the environment is not written on the command line', () => {
  const env = { HTTPS_PROXY: 'http://user:secret@proxy.test:3128' };
  const request = {
    context: '.',
    name: 'churn',
    revision: unknown,
    buildArgs: { ...buildSecrets(env).buildArgs, BASE: 'python:3.11-slim' },
  };
  const args = buildArguments({ builder: 'builtin', env }, request, '/tmp/id');
  expect(args.filter((_, index) => args[index - 1] === '--build-arg')).toEqual(['HTTPS_PROXY', 'BASE=python:3.11-slim']);
});

test('an image of uncommitted changes says so in its revision', () => {
  expect(revisionLabels({ name: 'churn', revision: { ...revision, dirty: true } })['org.opencontainers.image.revision']).toBe(
    'c0ffee-dirty',
  );
});

test('private indexes become secrets and proxies build args, in both cases', () => {
  const env = {
    PIP_CONFIG_FILE: '/etc/corp/pip.conf',
    UV_CONFIG_FILE: '/etc/corp/uv.toml',
    HTTP_PROXY: 'http://p:1',
    no_proxy: '.test',
    HTTPS_PROXY: '',
  };
  expect(buildSecrets(env)).toEqual({
    secrets: [
      { id: 'pip_conf', file: '/etc/corp/pip.conf' },
      { id: 'uv_toml', file: '/etc/corp/uv.toml' },
    ],
    buildArgs: { HTTP_PROXY: 'http://p:1', no_proxy: '.test' },
  });
});

test('a configuration that is switched off is no secret', () => {
  expect(buildSecrets({ PIP_CONFIG_FILE: '/dev/null', UV_CONFIG_FILE: '' })).toEqual({ secrets: [], buildArgs: {} });
});

test('a path with a comma stays one field', () => {
  expect(secretArgument({ id: 'pip_conf', file: '/a,b/pip.conf' })).toBe('id=pip_conf,"src=/a,b/pip.conf"');
});

test('a missing secret file names the variable that asked for it', async () => {
  const file = join(tmpdir(), 'modelyard-not-there', 'pip.conf');
  const thrown = await requireSecretFiles([{ id: 'pip_conf', file }]).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ProblemError);
  expect((thrown as ProblemError).message).toBe(`missing-secret-file  ${file}: PIP_CONFIG_FILE names this file, and it cannot be read
          create it, or unset the variable`);
});

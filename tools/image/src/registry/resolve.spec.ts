import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblems, type Result } from '@modelyard/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Environment } from '../environment.ts';
import { PASSWORD, REFRESH_TOKEN, type TestRegistry, USER, withRegistry } from '../testing/registry-server.ts';
import { imageResolver, type ResolvedImage, resolveImage } from './resolve.ts';

const MANIFEST = { schemaVersion: 2, config: { digest: 'sha256:c0ffee' }, layers: [] };
let folder = '';
let env: Environment = {};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelyard-docker-config-'));
  env = { DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin` };
});

afterEach(() => rm(folder, { recursive: true }));

const dockerConfig = (config: object) => writeFile(join(folder, 'config.json'), JSON.stringify(config));

/** A credential helper as docker calls them: it knows one registry. */
async function helper(name: string, registry: string, answer: object): Promise<void> {
  const file = join(folder, `docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\nread host\n[ "$1 $host" = "get ${registry}" ] || exit 1\nprintf '%s' '${JSON.stringify(answer)}'\n`);
  await chmod(file, 0o755);
}

const auth = () => Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
const textOf = (result: Result<ResolvedImage>) => (result.ok ? 'no problem' : formatProblems(result.problems));
const withoutPort = (text: string) => text.replaceAll(/127\.0\.0\.1:\d+/g, 'registry');

async function resolvesBy(login: 'none' | 'basic' | 'bearer', configure: (registry: TestRegistry) => Promise<unknown>): Promise<void> {
  await withRegistry(login, async (registry) => {
    const digest = registry.put('acme/churn', '1', MANIFEST);
    await configure(registry);
    expect(await resolveImage(`${registry.host}/acme/churn:1`, env)).toEqual({
      ok: true,
      value: { digest, configDigest: 'sha256:c0ffee' },
    });
  });
}

test('a tag becomes the digest of its manifest, and a digest stays itself', async () => {
  await withRegistry('none', async (registry) => {
    const digest = registry.put('acme/churn', '1', MANIFEST);
    for (const ref of [`${registry.host}/acme/churn:1`, `${registry.host}/acme/churn:other@${digest}`]) {
      expect(await resolveImage(ref, env)).toMatchObject({ value: { digest } });
    }
  });
});

test('an index of several platforms has a digest, but no configuration', async () => {
  await withRegistry('none', async (registry) => {
    const digest = registry.put('acme/churn', 'latest', { schemaVersion: 2, manifests: [] });
    expect(await resolveImage(`${registry.host}/acme/churn`, env)).toEqual({ ok: true, value: { digest } });
  });
});

test('a registry that asks for a password gets the one of docker login', async () => {
  await resolvesBy('basic', ({ host }) => dockerConfig({ auths: { [host]: { auth: auth() } } }));
});

test('a registry that asks for a token gets one, bought with the password', async () => {
  await resolvesBy('bearer', ({ host }) => dockerConfig({ auths: { [`https://${host}`]: { auth: auth() } } }));
});

test('a helper of the registry is asked before the store of all, and the store before the file', async () => {
  await resolvesBy('basic', async ({ host }) => {
    await helper('own', host, { Username: USER, Secret: PASSWORD });
    await dockerConfig({ credHelpers: { [host]: 'own' }, credsStore: 'missing', auths: { [host]: { auth: 'bm9ib2R5Om5vdGhpbmc=' } } });
  });
  await resolvesBy('basic', async ({ host }) => {
    await helper('all', host, { Username: USER, Secret: PASSWORD });
    await dockerConfig({ credsStore: 'all', auths: { [host]: {} } });
  });
});

test('a refresh token, from a helper or from the file, buys a token', async () => {
  await resolvesBy('bearer', async ({ host }) => {
    await helper('own', host, { Username: '<token>', Secret: REFRESH_TOKEN });
    await dockerConfig({ credHelpers: { [host]: 'own' } });
  });
  await resolvesBy('bearer', ({ host }) => dockerConfig({ auths: { [host]: { identitytoken: REFRESH_TOKEN } } }));
});

test('without a login, or with a wrong one, the registry denies', async () => {
  await withRegistry('bearer', async (registry) => {
    const ref = `${registry.host}/acme/churn:1`;
    const denied = `registry-denied  registry/acme/churn:1: registry does not let you read it (401)
          log in with "docker login registry"`;
    expect(withoutPort(textOf(await resolveImage(ref, env)))).toBe(denied);
    await dockerConfig({ auths: { [registry.host]: { auth: Buffer.from('ci:wrong').toString('base64') } } });
    expect(withoutPort(textOf(await resolveImage(ref, env)))).toBe(denied);
    await writeFile(join(folder, 'config.json'), 'no JSON at all');
    expect(withoutPort(textOf(await resolveImage(ref, env)))).toBe(denied);
  });
});

test('an image that is not there is told with the way to push it', async () => {
  await withRegistry('none', async (registry) => {
    expect(withoutPort(textOf(await resolveImage(`${registry.host}/acme/churn:2`, env)))).toBe(
      `image-not-found  registry/acme/churn:2: registry has no such image, or does not show it to you
          push it first ("npx nx run <service>:docker-push"), or correct the name`,
    );
  });
});

test('a registry that fails once is asked again; one that fails on is told', async () => {
  await withRegistry('none', async (registry) => {
    const digest = registry.put('acme/churn', '1', MANIFEST);
    registry.failNext(503);
    expect(await resolveImage(`${registry.host}/acme/churn:1`, env)).toMatchObject({ value: { digest } });
    registry.failNext(503, 503);
    expect(withoutPort(textOf(await resolveImage(`${registry.host}/acme/churn:1`, env)))).toBe(
      `registry-failed  registry/acme/churn:1: registry answers 503
          try again later, or name the image by its digest`,
    );
  });
});

test('a registry that does not answer is not waited for again, one that does is asked for each image', async () => {
  const host = await withRegistry('none', async (registry) => registry.host);
  const resolve = imageResolver(env);
  const first = await resolve(`${host}/acme/churn:1`);
  expect(first.ok).toBe(false);
  await withRegistry('none', async (registry) => {
    registry.put('acme/fraud', '1', MANIFEST);
    expect((await resolve(`${registry.host}/acme/churn:1`)).ok).toBe(false);
    expect((await resolve(`${registry.host}/acme/fraud:1`)).ok).toBe(true);
    expect(registry.asked.length).toBe(2);
  });
  expect(await resolve(`${host}/acme/fraud:1`)).toEqual({ ok: false, problems: [{ ...problemOf(first), where: `${host}/acme/fraud:1` }] });
});

test('services that are asked for at once wait for the first of their registry, and each is told its own reference', async () => {
  const host = await withRegistry('none', async (registry) => registry.host);
  const resolve = imageResolver(env);
  const refs = ['churn', 'fraud', 'risk'].map((name) => `${host}/acme/${name}:1`);
  const problems = (await Promise.all(refs.map(resolve))).map(problemOf);
  expect(problems).toEqual(refs.map((where) => ({ ...problems[0], code: 'registry-unreachable', where })));
});

const problemOf = (result: Result<ResolvedImage>) => (result.ok ? {} : result.problems[0]);

test('nobody at the address is told, and so is what is no reference', async () => {
  const host = await withRegistry('none', async (registry) => registry.host);
  expect(withoutPort(textOf(await resolveImage(`${host}/acme/churn:1`, env)))).toBe(
    `registry-unreachable  registry/acme/churn:1: registry does not answer (ECONNREFUSED)
          check the name of the registry and your network, or name the image by its digest`,
  );
  expect(textOf(await resolveImage('Churn:1', env))).toBe(
    `bad-image-ref  Churn:1: this is no image reference
          write <registry>/<name>:<tag>, in lower case`,
  );
});

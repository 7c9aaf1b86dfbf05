import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblem, ProblemError, unwrap } from '@modelyard/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuildRequest, buildImage } from './build.ts';
import { type DockerEngine, findEngine, runDocker } from './engine.ts';
import type { ImageRecord } from './image-record.ts';
import { inspectImage, pushImage, saveImage } from './store.ts';

// These tests need a Docker engine; nothing is pulled.
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const made: string[] = [];
let engine: DockerEngine;
let context = '';
let record: ImageRecord;

const requestOf = (changes: Partial<BuildRequest>): BuildRequest => ({
  context,
  name: 'modelyard-engine-test',
  registry: 'localhost:1/acme',
  revision: { commit: COMMIT, dirty: false, committedAt: '2026-01-02T03:04:05Z', remote: null },
  ...changes,
});

beforeAll(async () => {
  engine = unwrap(await findEngine(process.env));
  context = await mkdtemp(join(tmpdir(), 'modelyard-image-'));
  await writeFile(join(context, 'Dockerfile'), 'FROM scratch\nARG WORD=none\nCOPY hello.txt /\nLABEL word=$WORD\nUSER 10001\n');
  await writeFile(join(context, 'hello.txt'), 'hello\n');
  record = await buildImage(engine, requestOf({ buildArgs: { WORD: 'given' } }), () => {});
  made.push(record.ref);
});

afterAll(async () => {
  await runDocker(engine, ['image', 'rm', '--force', ...made]);
  await rm(context, { recursive: true, force: true });
});

test('an image is tagged and labelled with its commit', async () => {
  expect(record).toEqual({ ref: 'localhost:1/acme/modelyard-engine-test:0123456789ab', id: record.id, commit: COMMIT, dirty: false });
  expect(record.id).toMatch(/^sha256:[0-9a-f]{64}$/);
  const details = await inspectImage(engine, record.ref);
  expect(details).toMatchObject({ id: record.id, tags: [record.ref], user: '10001', hasHealthcheck: false });
  expect(details?.labels).toEqual({
    word: 'given',
    'org.opencontainers.image.title': 'modelyard-engine-test',
    'org.opencontainers.image.revision': COMMIT,
    'org.opencontainers.image.created': '2026-01-02T03:04:05Z',
  });
});

test('equal sources give the equal image', async () => {
  const again = await buildImage(engine, requestOf({ buildArgs: { WORD: 'given' } }), () => {});
  expect(again).toEqual(record);
});

test('an image of uncommitted changes carries its content in the tag', async () => {
  const dirty = await buildImage(
    engine,
    requestOf({ revision: { commit: COMMIT, dirty: true, committedAt: null, remote: null } }),
    () => {},
  );
  made.push(dirty.ref);
  expect(dirty.ref).toBe(`localhost:1/acme/modelyard-engine-test:0123456789ab-dirty.${dirty.id.slice(7, 15)}`);
});

test('a build that fails shows its last lines', async () => {
  const lines: string[] = [];
  await writeFile(join(context, 'Broken'), 'FROM scratch\nCOPY not-there.txt /\n');
  const thrown = await buildImage(engine, requestOf({ dockerfile: join(context, 'Broken') }), (line) => lines.push(line)).catch(
    (error: unknown) => error,
  );
  const problem = (thrown as ProblemError).problems[0];
  expect(
    problem && formatProblem({ ...problem, details: [] }),
  ).toBe(`build-failed  ${join(context, 'Broken')}: docker build of modelyard-engine-test ended with exit code 1
          mend the step that failed; the last lines of the build follow`);
  expect(problem?.details?.join('\n')).toContain('not-there.txt');
  expect(lines.length).toBeGreaterThanOrEqual(problem?.details?.length ?? 0);
});

test('a secret that a build is offered leaves the image as it was', async () => {
  const file = join(context, 'pip,conf');
  await writeFile(file, 'index-url = https://user:hidden@index.test/simple\n');
  const request = requestOf({ buildArgs: { WORD: 'given' }, secrets: [{ id: 'pip_conf', file }] });
  expect(await buildImage(engine, request, () => {})).toEqual(record);
});

test('an image is saved as a whole or not at all', async () => {
  const file = join(context, 'saved', 'image.tar');
  await saveImage(engine, record.ref, file);
  expect((await stat(file)).size).toBeGreaterThan(1024);
  const other = join(context, 'saved', 'other.tar');
  await expect(saveImage(engine, 'modelyard-engine-test:never', other)).rejects.toThrow(ProblemError);
  await expect(stat(other)).rejects.toThrow('ENOENT');
});

test('an image the engine does not have is null', async () => {
  expect(await inspectImage(engine, 'modelyard-engine-test:never')).toBeNull();
});

test('a push that the registry does not take is a problem with its words', async () => {
  const thrown = await pushImage(engine, record.ref).catch((error: unknown) => error);
  const problem = (thrown as ProblemError).problems[0];
  expect(
    problem && formatProblem({ ...problem, details: [] }),
  ).toBe(`push-failed  ${record.ref}: docker push to localhost:1/acme did not succeed
          log in with "docker login localhost:1", and check that you may write there`);
  expect(problem?.details?.join('\n')).toMatch(/connect|refused/);
});

test('a push to nowhere says where the registry is set', async () => {
  await expect(pushImage(engine, 'churn:1')).rejects.toThrow('no-registry  churn:1: this reference names no registry to push to');
});

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblems } from '@modelyard/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readImageRecord, writeImageRecord } from './image-record.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelyard-record-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const record = { ref: 'churn:c0ffee', id: 'sha256:1', commit: 'c0ffee', dirty: false };

test('a record is read as it was written', async () => {
  await writeImageRecord(folder, record);
  expect(await readImageRecord(folder, 'churn')).toEqual({ ok: true, value: record });
  expect(JSON.parse(await readFile(join(folder, 'dist', 'image.json'), 'utf8'))).toEqual(record);
});

test('a record of a pushed image holds its digest', async () => {
  await writeImageRecord(folder, { ...record, digest: 'sha256:2' });
  expect(await readImageRecord(folder, 'churn')).toEqual({ ok: true, value: { ...record, digest: 'sha256:2' } });
});

test('a service that was never built says how to build it', async () => {
  const result = await readImageRecord(folder, 'churn');
  expect(
    result.ok ? '' : formatProblems(result.problems),
  ).toBe(`missing-image  ${join(folder, 'dist', 'image.json')}: churn has no image yet
          build one with "npx nx run churn:docker-build", or pass --image <ref>`);
});

test('a file that is no record is a problem', async () => {
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist', 'image.json'), '{"ref": 1}');
  const result = await readImageRecord(folder, 'churn');
  expect(result.ok ? '' : result.problems[0]?.code).toBe('bad-image-record');
});

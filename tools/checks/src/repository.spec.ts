import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODELYARD_VERSION } from '@modelyard/core';
import { expect, test } from 'vitest';
import { ROOT, trackedFiles } from './sources.ts';

const texts = trackedFiles()
  .filter((path) => !/\.(png|gz|pkl|ico)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

test('no lock file names a download address', () => {
  const locks = texts.filter(({ path }) => /(package-lock\.json|requirements.*\.txt)$/.test(path));
  expect(locks.length).toBeGreaterThan(0);
  expect(locks.filter(({ text }) => /"resolved": "https?:|--(extra-)?index-url|--find-links/.test(text)).map(({ path }) => path)).toEqual(
    [],
  );
});

test('no file names a folder of the machine it was written on', () => {
  const machine = new RegExp(`(^|[^\\w.])/(${['work', 'farm'].join('|')})/`, 'm');
  expect(texts.filter(({ text }) => machine.test(text)).map(({ path }) => path)).toEqual([]);
});

test('all packages share the version that core states', () => {
  const manifests = texts.filter(({ path }) => /^(packages\/[^/]+|tools\/[^/]+|generators)\/package\.json$/.test(path));
  const versions = manifests.map(({ path, text }) => `${path} ${(JSON.parse(text) as { version: string }).version}`);
  expect(versions.filter((line) => !line.endsWith(` ${MODELYARD_VERSION}`))).toEqual([]);
});

test('no test is skipped or run alone', () => {
  const marker = new RegExp(`\\b(it|test|describe)\\.(${['skip', 'only', 'todo'].join('|')})\\b`);
  expect(texts.filter(({ path, text }) => /\.(spec|e2e)\.ts$/.test(path) && marker.test(text)).map(({ path }) => path)).toEqual([]);
});

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildProgram } from './command-line.ts';
import { candidatesFor, completionScript } from './completion.ts';

const workspace = { services: () => ['churn', 'fraud'], environments: () => ['local', 'staging'] };
const complete = (...words: string[]) =>
  candidatesFor(
    buildProgram(() => undefined),
    words,
    workspace,
  );

test('commands are completed, and the hidden one is not', () => {
  expect(complete('de')).toEqual(['deploy', 'destroy']);
  expect(complete('compl')).toEqual(['completion']);
  expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(complete('cluster', 'u')).toEqual(['up']);
});

test('services are completed once each, and options only where they are begun', () => {
  expect(complete('status', '')).toEqual(expect.arrayContaining(['churn', 'fraud']));
  expect(complete('status', 'churn', 'c')).toEqual([]);
  expect(complete('status', '--a')).toEqual(['--all', '--affected']);
});

test('values of options are completed where they are known', () => {
  expect(complete('deploy', '--environment', '')).toEqual(['local', 'staging']);
  expect(complete('deploy', 'churn', '-e', 's')).toEqual(['staging']);
  expect(complete('deploy', '--output', '')).toEqual(['text', 'json']);
  expect(complete('deploy', '--timeout', '')).toEqual([]);
});

test.skipIf(process.platform === 'win32')('bash completes a service of the workspace', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-completion-'));
  try {
    writeFileSync(join(folder, 'modelyard.yaml'), 'environments: {}\n');
    mkdirSync(join(folder, 'services/churn'), { recursive: true });
    writeFileSync(join(folder, 'services/churn/model-service.yaml'), 'name: churn\n');
    const main = join(import.meta.dirname, '../dist/start.js');
    const script = [
      completionScript('bash'),
      `modelyard() { "${process.execPath}" "${main}" "$@"; }`,
      'COMP_WORDS=(modelyard deploy ch); COMP_CWORD=2; _modelyard; echo "$COMPREPLY"',
    ].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], { cwd: folder });
    expect(stdout).toBe('churn\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

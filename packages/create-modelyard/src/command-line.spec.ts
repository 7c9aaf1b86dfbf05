import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblems, ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { parseCommandLine } from './command-line.ts';
import { HELP } from './help.ts';

function problemText(args: readonly string[]): string {
  try {
    parseCommandLine(args);
  } catch (error) {
    if (error instanceof ProblemError) return formatProblems(error.problems);
    throw error;
  }
  return 'no problem';
}

test('a name alone asks the rest, installs and makes a repository', () => {
  expect(parseCommandLine(['acme-ml'])).toMatchObject({
    kind: 'create',
    request: { name: 'acme-ml', yes: false, install: true, git: true, dryRun: false },
  });
});

test('an unknown option names the nearest one', () => {
  expect(problemText(['acme-ml', '--skip-instal'])).toBe(
    'bad-usage  create-modelyard: unknown option --skip-instal\n          did you mean --skip-install? --help lists all',
  );
});

test('two names and a missing name say how the command is written', () => {
  expect(problemText(['acme', 'ml'])).toBe(
    'bad-usage  create-modelyard: one name was expected, not "acme ml"\n          npm create modelyard@latest acme-ml',
  );
  expect(problemText(['--yes'])).toBe(
    'bad-usage  create-modelyard: --yes needs the name of the workspace\n          npm create modelyard@latest acme-ml -- --yes',
  );
});

test('packed packages are taken by name, the two launchers left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-packed-'));
  for (const file of ['modelyard-core-0.1.0.tgz', 'modelyard-0.1.0.tgz', 'create-modelyard-0.1.0.tgz', 'generator-modelyard-0.1.0.tgz'])
    writeFileSync(join(folder, file), '');
  const command = parseCommandLine(['acme-ml', '--packages', folder]);
  rmSync(folder, { recursive: true });
  expect(command).toMatchObject({
    request: {
      packages: { '@modelyard/core': `file:${folder}/modelyard-core-0.1.0.tgz`, modelyard: `file:${folder}/modelyard-0.1.0.tgz` },
    },
  });
});

test('a folder without packed packages, or none at all, is told', () => {
  expect(problemText(['acme-ml', '--packages', '/nowhere'])).toBe(
    'bad-usage  create-modelyard: --packages /nowhere holds no packed packages\n          give the folder that "npm pack --pack-destination" wrote to',
  );
});

test('each option of the help is an option of the command', () => {
  for (const [, option = ''] of HELP.matchAll(/--([a-z-]+)(?: [A-Z]+)? {2,}/g)) {
    const value = { registry: 'ghcr.io/acme', 'python-image': 'python:3.11' }[option];
    if (option === 'packages') continue;
    expect(() => parseCommandLine(['acme-ml', `--${option}`, ...(value ? [value] : [])])).not.toThrow();
  }
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { passedFiles } from './passed-files.ts';

test('only a file of which every test ran and passed is proved', () => {
  const root = mkdtempSync(join(tmpdir(), 'modelyard-report-'));
  const file = (name: string, status: string, ...results: string[]): object => ({
    name: join(root, 'src', name),
    status,
    assertionResults: results.map((result) => ({ status: result })),
  });
  const report = join(root, 'api.json');
  const testResults = [
    file('whole.api.spec.ts', 'passed', 'passed', 'passed'),
    file('skipped.api.spec.ts', 'passed', 'passed', 'skipped'),
    file('failed.api.spec.ts', 'failed', 'passed', 'failed'),
    file('teardown.api.spec.ts', 'failed', 'passed'),
    file('empty.api.spec.ts', 'passed'),
  ];
  writeFileSync(report, JSON.stringify({ testResults }));
  try {
    expect(passedFiles(report, root)).toEqual([{ path: 'src/whole.api.spec.ts', tests: 2 }]);
    expect(passedFiles(join(root, 'none.json'), root)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

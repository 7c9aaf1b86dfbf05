import { existsSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';

/** What is read of vitest's JSON report. */
interface VitestReport {
  readonly testResults: readonly {
    /** Absolute path of the test file. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** The files of vitest's JSON report of which every test ran and passed, by their paths in the repository; none when there is no report. */
export function passedFiles(report: string, root: string): { readonly path: string; readonly tests: number }[] {
  if (!existsSync(report)) return [];
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
  return testResults
    .filter((file) => file.status === 'passed' && file.assertionResults.length > 0)
    .filter((file) => file.assertionResults.every((result) => result.status === 'passed'))
    .map((file) => ({ path: relative(root, file.name).split(sep).join('/'), tests: file.assertionResults.length }));
}

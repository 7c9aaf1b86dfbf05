import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passedFiles } from './passed-files.ts';
import { ROOT, trackedFiles } from './sources.ts';
import { hashOfInputs, provedBefore, rememberProof } from './stamps.ts';
import { inputsOf, testFilesOf } from './test-inputs.ts';

// Runs one vitest project. Files that passed on this machine with the same inputs in the last days are left out, unless they are named or nothing
// but this process is needed for them (docs/decisions/0016). With MODELYARD_TEST_RESULTS set, the results are also written there for CI's closing line.
const [project = 'unit', ...chosen] = process.argv.slice(2);
const results = process.env.MODELYARD_TEST_RESULTS;
const hashes = project === 'unit' || chosen.length > 0 ? new Map<string, string>() : hashesOf(project);
const proved = [...hashes].flatMap(([path, hash]) => {
  const stamp = provedBefore(hash, process.env);
  return stamp ? [{ path, ...stamp }] : [];
});
for (const { path, tests, at } of proved) console.log(`proved on ${at.toISOString()} with the same inputs: ${path} (${tests} tests)`);
if (proved.length > 0) console.log(`${proved.length} of ${hashes.size} files are left out; MODELYARD_PROVE_ALL=1 runs them again`);
const waiting = [...hashes.keys()].filter((path) => !proved.some((file) => file.path === path));
process.exitCode = hashes.size > 0 && waiting.length === 0 ? 0 : runVitest([...chosen, ...waiting]);
if (results) {
  const skipped = proved.reduce((sum, file) => sum + file.tests, 0);
  const report = { success: true, numPassedTests: 0, numFailedTests: 0, numPendingTests: skipped };
  writeFileSync(join(results, `${project}-proved.json`), JSON.stringify(report));
}

function hashesOf(name: string): Map<string, string> {
  const tracked = trackedFiles();
  const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  return new Map(testFilesOf(name, tracked).map((path) => [path, hashOfInputs(inputsOf(path, tracked, textOf), [path])]));
}

/** Runs these files, or all of the project; gives the exit code. What passed in full is remembered. */
function runVitest(files: readonly string[]): number {
  const scratch = mkdtempSync(join(tmpdir(), 'modelyard-results-'));
  const report = join(results ?? scratch, `${project}.json`);
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', project, ...reporters, ...files], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    for (const { path, tests } of passedFiles(report, ROOT)) {
      const hash = hashes.get(path);
      if (hash) rememberProof(hash, tests, process.env);
    }
    return status ?? 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './sources.ts';

// Runs one vitest project. With MODELYARD_TEST_RESULTS set, the results are also written there as JSON, for the closing line of CI.
const project = process.argv[2] ?? 'unit';
const results = process.env.MODELYARD_TEST_RESULTS;
const json = results ? ['--reporter=default', '--reporter=json', `--outputFile.json=${join(results, `${project}.json`)}`] : [];
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', project, ...json, ...process.argv.slice(3)], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitAll } from './commit.ts';
import { Shell } from './shell.ts';
import { createWorkspace } from './workspace.ts';

let scratch: string;
let workspace: string;
let shell: Shell;

const nx = (...args: string[]) => shell.run(workspace, 'npx', 'nx', ...args);

/** What Nx says of a run of which something came from its cache. */
const CACHED = /Cache:\s+[1-9]\d*\/\d+ hit/;

/** Changes a file of the workspace; the words to replace must be there. */
function edit(path: string, from: string, to: string): void {
  const text = readFileSync(join(workspace, path), 'utf8');
  expect(text, path).toContain(from);
  writeFileSync(join(workspace, path), text.replace(from, to));
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'modelyard-model-lib-'));
  workspace = join(scratch, 'acme-ml');
  shell = new Shell({ ...process.env, CI: 'true' }, (text) => process.stdout.write(text));
  const pythonImage = process.env.MODELYARD_E2E_PYTHON_IMAGE;
  await createWorkspace({ directory: workspace, ...(pythonImage ? { pythonImage } : {}) }, shell);
  for (const service of ['churn', 'fraud']) await nx('g', 'model-service', service);
  await nx('g', 'model-lib', 'features', '--for=churn');
  await commitAll(workspace, 'two services and a package');
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('layer: files', () => {
  test('the graph shows the edge of the service that uses the package, and no other', async () => {
    await nx('graph', '--file=graph.json');
    const { graph } = JSON.parse(readFileSync(join(workspace, 'graph.json'), 'utf8')) as {
      graph: { dependencies: Record<string, { target: string }[]> };
    };
    await rm(join(workspace, 'graph.json'));
    const targets = Object.entries(graph.dependencies).map(([name, edges]) => [name, edges.map((edge) => edge.target)]);
    expect(Object.fromEntries(targets)).toEqual({ churn: ['features'], features: [], fraud: [] });
  });

  test('a change of the package affects it and the service that uses it', async () => {
    const { output } = await nx('show', 'projects', '--affected', '--files=libs/features/src/features/ratios.py');
    expect(output).toMatch(/^churn$/m);
    expect(output).toMatch(/^features$/m);
    expect(output).not.toMatch(/^fraud$/m);
  });

  test('the package is tested by itself', async () => {
    expect((await nx('run', 'features:test')).output).toMatch(/2 passed/);
  });

  test('the service trains and is tested with the package, and trains again when it has changed', async () => {
    const preprocessing = 'services/churn/src/preprocessing.py';
    edit(preprocessing, 'from src.data_schema', 'from features import ratio\n\nfrom src.data_schema');
    edit(preprocessing, '    if all(', '    assert ratio(1, 2) == 0.5\n    if all(');
    await nx('run', 'churn:train');
    expect((await nx('run', 'churn:train')).output).toMatch(CACHED);
    writeFileSync(join(workspace, 'libs/features/src/features/postcodes.json'), '{}');
    expect((await nx('run', 'churn:train')).output).not.toMatch(CACHED);
    expect((await nx('run', 'churn:test')).output).toMatch(/\d+ passed/);
    edit('libs/features/src/features/ratios.py', 'return part / whole', 'return 2 * part / whole');
    const failed = await shell.attempt(workspace, 'npx', 'nx', 'run', 'churn:train');
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain('AssertionError');
    edit('libs/features/src/features/ratios.py', 'return 2 * part / whole', 'return part / whole');
  });

  test('what the package needs from an index is asked for, and comes with the lock', async () => {
    edit('libs/features/pyproject.toml', 'dependencies = []', 'dependencies = ["six>=1.16"]');
    const refused = await shell.attempt(workspace, 'npx', 'nx', 'run', 'churn:setup');
    expect(refused.output).toContain(`stale-lock  churn/requirements.txt: a shared package needs what the lock does not hold
          resolve it again: npx nx run churn:lock
          | The package \`features\` requires \`six>=1.16\`, but it's not installed`);
    await nx('run', 'churn:lock');
    expect(readFileSync(join(workspace, 'services/churn/requirements.txt'), 'utf8')).toMatch(/^six==[\d.]+ \\\n {4}--hash=sha256:/m);
    await nx('run', 'churn:train');
  });
});

describe('layer: image', () => {
  test('the wheel is in the image, built from the folder of the service alone', async () => {
    await commitAll(workspace, 'trained with the package');
    await nx('run', 'churn:docker-build');
    expect(readdirSync(join(workspace, 'services/churn/vendor')).filter((file) => file.endsWith('.whl'))).toEqual([
      'features-0.1.0-py3-none-any.whl',
    ]);
    const { ref } = JSON.parse(readFileSync(join(workspace, 'services/churn/dist/image.json'), 'utf8')) as { ref: string };
    const code = 'import features, six; print(features.__file__, features.ratio(1, 4))';
    const { output } = await shell.run(workspace, 'docker', 'run', '--rm', ref, 'python', '-c', code);
    expect(output).toContain('/app/vendor/features/__init__.py 0.25');
  });

  test('a service that uses no package is built as before', async () => {
    await nx('run', 'fraud:docker-build');
    const { ref } = JSON.parse(readFileSync(join(workspace, 'services/fraud/dist/image.json'), 'utf8')) as { ref: string };
    const outcome = await shell.attempt(workspace, 'docker', 'run', '--rm', ref, 'python', '-c', 'import features');
    expect(outcome.output).toContain("No module named 'features'");
  });
});

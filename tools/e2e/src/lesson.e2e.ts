import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commitAll } from './commit.ts';
import { withSpecValue } from './edit-spec.ts';
import { Shell } from './shell.ts';
import { createWorkspace } from './workspace.ts';

let scratch: string;
let workspace: string;
let shell: Shell;
const evaluate = (...args: string[]) => shell.attempt(workspace, 'npx', 'nx', 'run', 'churn:evaluate', ...args);

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'modelyard-lesson-'));
  workspace = join(scratch, 'acme-ml');
  shell = new Shell({ ...process.env, CI: 'true' }, (text) => process.stdout.write(text));
  const pythonImage = process.env.MODELYARD_E2E_PYTHON_IMAGE;
  await createWorkspace({ directory: workspace, ...(pythonImage ? { pythonImage } : {}) }, shell);
  await shell.run(workspace, 'npx', 'nx', 'g', 'model-service', 'churn', '--lesson');
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('layer: files', () => {
  test('the lesson excludes another framework, and writes nothing then', async () => {
    const outcome = await shell.attempt(workspace, 'npx', 'nx', 'g', 'model-service', 'other', '--lesson', '--framework=torch');
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toContain('bad-option  nx g model-service: --lesson and --framework=torch exclude each other');
  });

  test('versions reach the generator as they were typed, though Nx takes them for numbers', async () => {
    const versions = ['--framework=torch', '--accelerator=cuda', '--frameworkVersion=2.10', '--cuda=13.0', '--python=3.12'];
    await shell.run(workspace, 'npx', 'nx', 'g', 'model-service', 'vision', ...versions);
    const read = (file: string) => readFileSync(join(workspace, 'services/vision', file), 'utf8');
    expect(read('requirements.in')).toContain('torch==2.10.0+cu130');
    expect(parse(read('model-service.yaml'))).toMatchObject({ python: '3.12', cuda: { version: '13.0' } });
  });

  test('a model without an earlier one is held to the threshold alone, and one that is committed to both bounds', async () => {
    const first = await evaluate();
    expect(first.output).toMatch(/roc_auc +0\.\d{4} +at least 0\.6000 +threshold +passed/);
    expect(first.output).toContain('note: HEAD holds no model.lock.json: there is no earlier model to compare with');
    await commitAll(workspace, 'x');
    const second = await evaluate();
    expect(second.code).toBe(0);
    expect(second.output).toMatch(/at least 0\.\d{4} +committed 0\.\d{4}, margin 0\.02 +passed/);
  });

  test('a model below the threshold fails the target, with the table', async () => {
    const spec = join(workspace, 'services/churn/model-service.yaml');
    const outcome = await withSpecValue(spec, ['evaluate', 'threshold'], 0.999, () => evaluate());
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toMatch(/roc_auc +0\.\d{4} +at least 0\.9990 +threshold +FAILED/);
  });
});

describe('layer: image', () => {
  test("the lesson's own versions serve the model in the image", async () => {
    await shell.run(workspace, 'npx', 'nx', 'run', 'churn:docker-build');
    const { ref } = JSON.parse(readFileSync(join(workspace, 'services/churn/dist/image.json'), 'utf8')) as { ref: string };
    const code = 'import fastapi, joblib, mlflow, numpy, pandas, pydantic, sklearn, uvicorn as u; import src.parity as p';
    const versions = '[m.__version__ for m in (fastapi, u, pydantic, sklearn, numpy, pandas, mlflow, joblib)]';
    const { output } = await shell.run(workspace, 'docker', 'run', '--rm', ref, 'python', '-c', `${code}; print(*${versions}); p.main()`);
    expect(output).toContain('0.111.0 0.29.0 2.7.1 1.5.0 1.26.4 2.2.2 2.13.0 1.4.2');
    expect(output).toMatch(/parity {2}churn_model\.pkl is served as trained: \d golden rows/);
  });
});

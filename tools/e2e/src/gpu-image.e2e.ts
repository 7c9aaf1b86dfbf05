import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '@modelyard/core';
import { buildImage, buildSecrets, type DockerEngine, expectDocker, findEngine, inspectImage, runDocker } from '@modelyard/image';
import { type PythonWorld, runModule, type ServiceFolder, setUpEnvironment } from '@modelyard/python';
import { diskSink, scaffoldService } from '@modelyard/standards';
import { type GivenAnswers, parseModelServiceAnswers } from '@modelyard/templates';
import { afterAll, beforeAll, expect } from 'vitest';
import { provedTest } from './proved.ts';

// There is no GPU here, and no NVIDIA image: the stages are built for real, on the base image of the other journeys, and the
// service scores on the CPU. XGBoost stands for the others: its CUDA wheel is the smallest.
const { PYTHONDONTWRITEBYTECODE: _, ...ENVIRONMENT } = process.env;
const GPU: GivenAnswers = { framework: 'xgboost', accelerator: 'cuda' };
const LESSON_IMAGE = 'nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04';
const made: string[] = [];
let engine: DockerEngine;
let scratch: string;
let base: string;

beforeAll(async () => {
  engine = unwrap(await findEngine(process.env));
  scratch = await mkdtemp(join(tmpdir(), 'modelyard-gpu-'));
  base = String(process.env.MODELYARD_E2E_PYTHON_IMAGE).replaceAll('{version}', '3.11');
});

afterAll(async () => {
  await runDocker(engine, ['image', 'rm', '--force', ...made]);
  await rm(scratch, { recursive: true, force: true });
});

provedTest(
  'a GPU service is trained, built on plain Python with the wheels that bring CUDA, and scores without a GPU',
  'xgboost',
  async () => {
    const service = await trained('gpu-slim', GPU);
    const ref = await built(service, { PYTHON_IMAGE: base });
    expect((await inspectImage(engine, ref))?.user).toBe('10001:10001');
    expect(await pythonIn(ref, 'import nvidia.nccl, xgboost; print(xgboost.build_info()["USE_CUDA"], xgboost.__version__)')).toBe(
      'True 3.2.0\n',
    );
  },
);

provedTest("on the lesson's base, the Python that runs is the Python 3.11 that the packages were installed for", 'xgboost', async () => {
  const { cuda } = unwrap(parseModelServiceAnswers({ name: 'x', ...GPU }, 'gpu-image.e2e'));
  const service = await trained('gpu-lesson', { ...GPU, cuda: { ...cuda, image: LESSON_IMAGE } });
  // Debian's packages of the same names stand for Ubuntu's.
  const ref = await built(service, { CUDA_IMAGE: base });
  const facts = 'import os, sys, xgboost; print(sys.version_info[:2], os.path.realpath(sys.executable), xgboost.__file__)';
  expect(await pythonIn(ref, facts)).toBe('(3, 11) /usr/bin/python3.11 /opt/venv/lib/python3.11/site-packages/xgboost/__init__.py\n');
});

const world = (): PythonWorld => ({
  workspace: scratch,
  env: ENVIRONMENT,
  isWindows: process.platform === 'win32',
  log: (line) => console.log(line),
});

/** A service with its model, in a folder of its own. */
async function trained(name: string, given: GivenAnswers): Promise<ServiceFolder> {
  const answers = unwrap(parseModelServiceAnswers({ ...given, name }, 'gpu-image.e2e'));
  scaffoldService(diskSink(scratch), name, answers);
  const service = { name, directory: join(scratch, name), python: answers.python };
  await setUpEnvironment(service, world());
  expect(await runModule(service, 'src.train', [], world())).toBe(0);
  return service;
}

/** The reference of the service's image; its build ends when the model does not score as it was trained. */
async function built(service: ServiceFolder, buildArgs: Record<string, string>): Promise<string> {
  const inputs = buildSecrets(process.env);
  const revision = { commit: null, dirty: true, committedAt: null, remote: null };
  const request = { context: service.directory, name: service.name, revision, secrets: inputs.secrets };
  const { ref } = await buildImage(engine, { ...request, buildArgs: { ...inputs.buildArgs, ...buildArgs } }, (line) => console.log(line));
  made.push(ref);
  return ref;
}

function pythonIn(ref: string, code: string): Promise<string> {
  const problem = { code: 'container-failed', where: ref, what: 'python ended with an error', remedy: 'read its last lines' };
  return expectDocker(engine, ['run', '--rm', '--network=none', ref, 'python', '-c', code], problem);
}

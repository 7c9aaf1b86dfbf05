import type { ServiceSpec } from '@modelyard/core';
import type { TargetConfiguration } from '@nx/devkit';

/** What a Python target depends on of the shared packages that it uses: what their wheels are made of, data files too. */
export const SHARED_INPUTS = ['^{projectRoot}/src/**/*', '^{projectRoot}/**/*.py', '^{projectRoot}/pyproject.toml'];

/** What a Python target depends on: the sources, the locks and the spec, but no data or build output. */
const PYTHON_INPUTS = [
  '{projectRoot}/src/**/*',
  '{projectRoot}/pyproject.toml',
  '{projectRoot}/requirements*.txt',
  '{projectRoot}/model-service.yaml',
  ...SHARED_INPUTS,
];

/** `.venv` as the locks say, with the wheels of the shared packages. It stamps itself, so Nx need not store a few hundred MB. */
export const setupTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:setup',
  dependsOn: ['^build'],
  cache: false,
  metadata: { description: 'Makes .venv hold what the lock files say' },
});

export const lockTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:lock',
  cache: false,
  metadata: { description: 'Resolves requirements.in into requirements.txt with hashes' },
});

/** Same code, data and packages give the same model, so its files are cached. */
export const trainTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:python',
  dependsOn: ['setup'],
  cache: true,
  inputs: [...PYTHON_INPUTS, '{projectRoot}/data/**/*'],
  outputs: ['{projectRoot}/models'],
  options: { module: 'src.train' },
  metadata: { description: 'Trains the model and writes model.lock.json' },
});

/** Never cached: what it compares with is a commit. */
export const evaluateTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:evaluate',
  dependsOn: ['train'],
  cache: false,
  metadata: { description: 'Holds the model to the quality gate of model-service.yaml' },
});

export const testTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:python',
  dependsOn: ['setup'],
  cache: true,
  inputs: [
    ...PYTHON_INPUTS,
    '{projectRoot}/tests/**/*',
    '{projectRoot}/models/**/*',
    '{projectRoot}/data/**/*',
    '{projectRoot}/Dockerfile',
    '{projectRoot}/.dockerignore',
  ],
  outputs: [],
  options: { module: 'pytest' },
  metadata: { description: 'Runs the tests of the service' },
});

/** Serves on this machine; other targets may wait until /livez answers. */
export const serveTarget = (spec: ServiceSpec): TargetConfiguration => ({
  executor: '@modelyard/nx:python',
  dependsOn: ['setup'],
  continuous: true,
  options: { module: 'uvicorn', args: ['src.api.app:app', '--host', '127.0.0.1', '--port', String(spec.serve.port), '--no-access-log'] },
  metadata: { description: `Serves the model on http://127.0.0.1:${spec.serve.port}` },
});

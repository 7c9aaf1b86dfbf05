import { FRAMEWORKS, formatProblems, PYTHON_VERSIONS, type Result } from '@modelyard/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CudaAsk, type CudaBuild, type CudaSet, cudaWarnings, loadCudaMatrix, missingCpuWheels, resolveCuda } from './index.ts';

const MATRIX = loadCudaMatrix();
const WHERE = 'nx g model-service';

const ask = (changes: Partial<CudaAsk>): CudaAsk => ({
  framework: 'torch',
  python: '3.11',
  base: 'python',
  acceptUnknown: false,
  ...changes,
});
const resolve = (changes: Partial<CudaAsk>): Result<CudaSet> => resolveCuda(ask(changes), MATRIX, WHERE);
const messageOf = (result: Result<unknown>): string => (result.ok ? 'no problem' : formatProblems(result.problems));
const holds = (build: CudaBuild, framework: string, set: CudaSet): boolean =>
  build.framework === framework && build.version === set.version && build.cuda === set.cuda && build.cudnn === set.cudnn;

test("the lesson's pair: its wheel, its index, and on request its image", () => {
  expect(resolve({ frameworkVersion: '2.0.1', cuda: '11.8', base: 'cuda-runtime' })).toEqual({
    ok: true,
    value: {
      version: '2.0.1',
      cuda: '11.8',
      cudnn: '8.7.0.84',
      minDriver: '450.80.02',
      computeCapability: { min: '3.7', max: '9.0' },
      requirements: ['torch==2.0.1+cu118', 'numpy<2'],
      index: 'https://download.pytorch.org/whl/cu118',
      image: 'nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04',
      status: 'experimental',
      hasLock: false,
    },
  });
});

test('a major version that a build leaves out stands in the set', () => {
  const set = resolve({ framework: 'onnx', frameworkVersion: '1.31.1' });
  expect(set.ok && set.value.computeCapability).toEqual({ min: '7.5', max: '12.0', exceptMajors: [10, 11] });
});

test('nothing asked is the newest version, from plain PyPI, on the slim Python image', () => {
  const set = resolve({});
  expect(set.ok && [set.value.requirements, set.value.index, set.value.image]).toEqual([['torch==2.15.0'], null, null]);
});

test('a CUDA alone is the newest version that has a build for it', () => {
  const set = resolve({ cuda: '12.6' });
  expect(set.ok && [set.value.requirements, set.value.index]).toEqual([['torch==2.14.0+cu126'], 'https://download.pytorch.org/whl/cu126']);
});

test('a Python that the newest version does not serve leads to an older one', () => {
  const [old, new_] = [resolve({ framework: 'xgboost' }), resolve({ framework: 'xgboost', python: '3.12' })];
  expect([old.ok && old.value.version, new_.ok && new_.value.version]).toEqual(['3.2.0', '3.4.1']);
});

test('an impossible set is refused with the nearest that exist', () => {
  expect(messageOf(resolve({ frameworkVersion: '2.0.1', cuda: '12.6' }))).toBe(
    `impossible-set  nx g model-service: there is no known build of torch 2.0.1 with CUDA 12.6 for Python 3.11
          nearest: --framework-version=2.0.1 --cuda=11.7, or --framework-version=2.0.1 --cuda=11.8, or --framework-version=2.6.0 --cuda=12.6`,
  );
});

test('a Python without a wheel is refused, and the Python that has one is named', () => {
  expect(messageOf(resolve({ frameworkVersion: '2.0', cuda: '11.8', python: '3.13' }))).toBe(
    `impossible-set  nx g model-service: there is no known build of torch 2.0 with CUDA 11.8 for Python 3.13
          nearest: --framework-version=2.0.1 --cuda=11.8 --python=3.11, or --framework-version=2.6.0 --cuda=11.8, or --framework-version=2.7.1 --cuda=11.8`,
  );
});

test('a newer version than any row is refused until the user takes it on his word, with its CUDA', () => {
  expect(messageOf(resolve({ frameworkVersion: '2.16' }))).toBe(
    `unknown-version  nx g model-service: torch 2.16 for Python 3.11 is newer than every row of the CUDA matrix
          add --accept-unknown and its CUDA, such as --cuda=14.0, to take it on your word; nearest: --framework-version=2.15.0 --cuda=13.2, or --framework-version=2.14.0 --cuda=13.0, or --framework-version=2.14.0 --cuda=12.6`,
  );
  const taken = resolve({ frameworkVersion: '2.16', cuda: '13.4', acceptUnknown: true });
  expect(taken).toEqual({
    ok: true,
    value: {
      version: '2.16',
      cuda: '13.4',
      cudnn: null,
      minDriver: '580.65.06',
      computeCapability: null,
      requirements: ['torch==2.16.*'],
      index: 'https://download.pytorch.org/whl/cu134',
      image: null,
      status: 'unknown',
      hasLock: false,
    },
  });
  expect(taken.ok && cudaWarnings('torch', taken.value)).toEqual([
    'torch 2.16 with CUDA 13.4 is newer than the CUDA matrix: taken on your word; its cuDNN and compute capability are unknown',
  ]);
});

test('a CUDA whose driver no row tells needs the driver too', () => {
  expect(messageOf(resolve({ cuda: '14.0', acceptUnknown: true }))).toBe(
    `unknown-driver  nx g model-service: no row tells the minimum driver of CUDA 14.0
          give it with --min-driver, for example --min-driver=600.10.01`,
  );
  const taken = resolve({ cuda: '14.0', acceptUnknown: true, minDriver: '600.10.01' });
  expect(taken.ok && taken.value.minDriver).toBe('600.10.01');
});

test('a newer CUDA does not become thinkable for an old version', () => {
  expect(messageOf(resolve({ frameworkVersion: '2.0.1', cuda: '14.0', acceptUnknown: true }))).toContain('impossible-set');
});

test('a framework without a GPU build is refused, and those with one are named', () => {
  expect(messageOf(resolve({ framework: 'sklearn' }))).toBe(
    `no-gpu-build  nx g model-service: the framework "sklearn" has no build for CUDA that the matrix knows
          leave --accelerator out, or choose one of: torch, tensorflow, onnx, xgboost`,
  );
});

test("NVIDIA's runtime image is refused where none is known", () => {
  expect(messageOf(resolve({ base: 'cuda-runtime' }))).toBe(
    `no-runtime-image  nx g model-service: no nvidia/cuda runtime image is known for CUDA 13.2 with Python 3.11
          leave --gpu-base out: the wheels bring CUDA; known: CUDA 11.8 with Python 3.11, CUDA 12.6 with Python 3.11, CUDA 12.6 with Python 3.12, CUDA 12.8 with Python 3.11, CUDA 12.8 with Python 3.12, CUDA 13.0 with Python 3.11, CUDA 13.0 with Python 3.12`,
  );
});

test('an image with a second CUDA and an experimental build are warned of', () => {
  const set = resolve({ frameworkVersion: '2.0.1', cuda: '11.8', base: 'cuda-runtime' });
  expect(set.ok && cudaWarnings('torch', set.value)).toEqual([
    'its publisher calls torch 2.0.1 with CUDA 11.8 experimental',
    'nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04 holds a CUDA that torch does not load: its wheels bring their own; --gpu-base=python leaves it out',
  ]);
});

test('CPU packages without wheels for a Python are refused', () => {
  expect(formatProblems(missingCpuWheels('tensorflow', '3.14', MATRIX, WHERE))).toBe(
    `no-wheel  nx g model-service: the packages of "tensorflow" have no wheels for Python 3.14
          use --python 3.11, 3.12, 3.13`,
  );
  expect(missingCpuWheels('tensorflow', '3.13', MATRIX, WHERE)).toEqual([]);
});

test('every row has a source, a driver and an ascending list of capabilities, and resolves to itself', () => {
  for (const build of MATRIX.builds) {
    const { framework, version, cuda, pythons, computeCapabilities } = build;
    expect(build.source, `${framework} ${version} ${cuda}`).not.toBe('');
    expect(computeCapabilities).toEqual(computeCapabilities.toSorted((a, b) => Number(a) - Number(b)));
    for (const python of pythons) {
      const set = resolve({ framework, frameworkVersion: version, cuda, python });
      expect(set.ok && holds(build, framework, set.value), `${framework} ${version} ${cuda} ${python}`).toBe(true);
    }
  }
});

test('whatever is asked, the set is a row that fits the question, or a problem with a remedy', () => {
  const versions = fc.constantFrom(...MATRIX.builds.map((build) => build.version), '2', '2.13', '9.9', '0.1');
  const cudas = fc.constantFrom(...MATRIX.builds.map((build) => build.cuda), '11', '12', '13', '99.0', '10.2');
  const asked = fc.record({
    framework: fc.constantFrom(...FRAMEWORKS),
    python: fc.constantFrom(...PYTHON_VERSIONS),
    frameworkVersion: fc.option(versions, { nil: undefined }),
    cuda: fc.option(cudas, { nil: undefined }),
  });
  fc.assert(
    fc.property(asked, (given) => {
      const set = resolve(given);
      if (!set.ok) return set.problems.length === 1 && set.problems[0]?.remedy !== '';
      return MATRIX.builds.some((build) => holds(build, given.framework, set.value) && build.pythons.includes(given.python));
    }),
  );
});

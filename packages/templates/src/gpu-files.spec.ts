import { existsSync } from 'node:fs';
import { formatProblems, parseServiceSpec, type Result, unwrap } from '@modelyard/core';
import { expect, test } from 'vitest';
import { loadCudaMatrix } from './cuda/index.ts';
import { loadPack } from './load-pack.ts';
import { type GivenAnswers, modelServiceView, parseModelServiceAnswers } from './model-service-answers.ts';
import { render } from './render.ts';

const WHERE = 'nx g model-service';
const parse = (given: GivenAnswers) => parseModelServiceAnswers({ name: 'churn', ...given }, WHERE);
const messageOf = (result: Result<unknown>): string => (result.ok ? 'no problem' : formatProblems(result.problems));

/** Path → text of the service that the answers give. */
function filesOf(given: GivenAnswers): Record<string, string> {
  const files = render(loadPack('model-service'), modelServiceView(unwrap(parse(given))));
  return Object.fromEntries(files.map((file) => [file.path, file.text]));
}

/** The packages are installed in two parts, from one stage. */
const LAYERS = ['layers', 'model-packages', 'serving-packages'].map((name) => ({ from: 'builder', name }));

/** The FROM lines with their ARG defaults filled in, and every line of the instructions. */
function stagesOf(dockerfile: string): { from: string; name: string }[] {
  const defaults = Object.fromEntries([...dockerfile.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]));
  return [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from = '', name = '']) => ({
    from: from.replace(/\$\{(\w+)\}/, (_, arg: string) => String(defaults[arg])),
    name,
  }));
}

test("the lesson's GPU image: its base, one Python 3.11 that builds and runs, its wheel from its index", () => {
  const files = filesOf({ lessonGpu: true });
  const dockerfile = files.Dockerfile ?? '';
  expect(stagesOf(dockerfile)).toEqual([
    { from: 'nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04', name: 'python' },
    { from: 'python', name: 'builder' },
    ...LAYERS,
    { from: 'python', name: 'model' },
    { from: 'model', name: 'service' },
    { from: 'model', name: 'runtime' },
  ]);
  expect(dockerfile).toContain('apt-get install -y --no-install-recommends python3.11 python3.11-venv');
  expect(dockerfile).toContain('/opt/uv/bin/uv venv --python /usr/bin/python3.11 /opt/venv');
  expect(dockerfile).toContain('/opt/uv/bin/uv pip install --python /opt/venv/bin/python');
  expect(dockerfile).not.toContain('/usr/local');
  expect(files['requirements.in']).toContain('--extra-index-url https://download.pytorch.org/whl/cu118\n');
  expect(files['requirements.in']).toContain('\ntorch==2.0.1+cu118\nnumpy<2\nsafetensors\n');
});

test('a GPU image starts from plain Python, so that it holds the CUDA of the wheels and no second one', () => {
  const dockerfile = filesOf({ framework: 'torch', accelerator: 'cuda' }).Dockerfile ?? '';
  expect(stagesOf(dockerfile)).toEqual([
    { from: 'python:3.11-slim', name: 'builder' },
    ...LAYERS,
    { from: 'python:3.11-slim', name: 'model' },
    { from: 'model', name: 'service' },
    { from: 'model', name: 'runtime' },
  ]);
  expect(dockerfile).not.toMatch(/nvidia\/cuda|cuda-toolkit/);
  expect(dockerfile).toContain('NVIDIA_DRIVER_CAPABILITIES=compute,utility');
});

test('a CPU image knows nothing of GPUs', () => {
  expect(filesOf({ framework: 'torch' }).Dockerfile).not.toMatch(/nvidia|cuda/i);
});

test('the spec says what a node must offer, and asks for one GPU and the memory that CUDA needs', () => {
  const text = filesOf({ framework: 'torch', accelerator: 'cuda', frameworkVersion: '2.13', cuda: '12.6' })['model-service.yaml'] ?? '';
  const spec = unwrap(parseServiceSpec(text, 'model-service.yaml'));
  expect([spec.accelerator, spec.deploy.gpus, spec.deploy.resources.memory, spec.cuda]).toEqual([
    'cuda',
    1,
    '4Gi',
    { version: '12.6', cudnn: '9.10.2.21', minDriver: '525.60.13', computeCapability: { min: '5.0', max: '9.0' } },
  ]);
});

test('facts that nobody knows are left out of the spec', () => {
  const text = filesOf({ framework: 'torch', accelerator: 'cuda', cuda: '13.9', acceptUnknown: true })['model-service.yaml'] ?? '';
  expect(unwrap(parseServiceSpec(text, 'model-service.yaml')).cuda).toEqual({ version: '13.9', minDriver: '580.65.06' });
});

test('a service whose packages could not be locked has no lock, and its README says what to do first', () => {
  const files = filesOf({ lessonGpu: true });
  expect(Object.keys(files).filter((path) => path.startsWith('requirements'))).toEqual(['requirements-dev.in', 'requirements.in']);
  expect(files['README.md']).toContain(
    'npx nx run churn:lock           # first: requirements.txt is not there yet, its packages come from https://download.pytorch.org/whl/cu118',
  );
});

test('every row that says so has its lock in the pack, which pins what the row asks for', () => {
  const rows = loadCudaMatrix().builds.filter((build) => build.hasLock);
  expect(rows.length).toBeGreaterThan(0);
  for (const { framework, version, pythons } of rows) {
    const files = filesOf({ framework, accelerator: 'cuda', frameworkVersion: version, python: pythons.at(-1) });
    expect(files['requirements.txt'], `${framework} ${version}`).toMatch(
      new RegExp(`^[a-z-]+==${version.replaceAll('.', '\\.')}( |$)`, 'm'),
    );
    expect(existsSync(new URL(`../packs/model-service/gpu-locks/${framework}-${version}`, import.meta.url))).toBe(true);
  }
});

test('the answers of a lock give the same service again, whatever the matrix says by then', () => {
  const answers = unwrap(parse({ lessonGpu: true }));
  expect(unwrap(parse(JSON.parse(JSON.stringify(answers)) as GivenAnswers))).toEqual(answers);
});

test("an option that says otherwise than the lesson's GPU pair is refused, and a default of the command line is not", () => {
  expect(messageOf(parse({ lessonGpu: true, framework: 'xgboost', cuda: 12.6 }))).toBe(
    `bad-option  nx g model-service: --lesson-gpu and --framework=xgboost exclude each other
          the lesson's GPU pair is for --framework=torch: leave out one of the two

bad-option  nx g model-service: --lesson-gpu and --cuda=12.6 exclude each other
          the lesson's GPU pair is for --cuda=11.8: leave out one of the two`,
  );
  const filledIn = { python: '3.11', framework: 'sklearn', accelerator: 'cpu', gpuBase: 'python' };
  expect(parse({ ...filledIn, lessonGpu: true })).toEqual(parse({ lessonGpu: true }));
});

test('options that need a GPU, or are no versions, are refused', () => {
  expect(messageOf(parse({ framework: 'torch', cuda: '12.6' }))).toBe(
    `bad-option  nx g model-service: --cuda is given without --accelerator=cuda
          add --accelerator=cuda; on a CPU, pin versions in requirements.in and run the "lock" target`,
  );
  expect(messageOf(parse({ framework: 'torch', accelerator: 'cuda', cuda: 'cu126', gpuBase: 'cuda' }))).toBe(
    `bad-option  nx g model-service: --gpu-base "cuda" is not offered
          one of: python, cuda-runtime

bad-option  nx g model-service: --cuda "cu126" is no version
          write numbers with dots, for example 12.6`,
  );
  expect(messageOf(parse({ framework: 'torch', accelerator: 'gpu' }))).toBe(
    `bad-option  nx g model-service: --accelerator "gpu" is not offered
          one of: cpu, or cuda for NVIDIA GPUs`,
  );
});

test('a framework that has no wheels for a Python is refused', () => {
  expect(messageOf(parse({ framework: 'tensorflow', python: '3.14' }))).toContain('no-wheel');
});

test('a version of two parts is the newest of that line, and a bare major of CUDA one of its own', () => {
  const torchOf = (frameworkVersion: string) => unwrap(parse({ framework: 'torch', accelerator: 'cuda', frameworkVersion })).cuda?.version;
  expect([torchOf('2.1'), torchOf('2.10')]).toEqual(['2.1.2', '2.10.0']);
  const cudaOf = (cuda: string) => unwrap(parse({ framework: 'torch', accelerator: 'cuda', cuda })).cuda?.cuda;
  expect([cudaOf('13'), cudaOf('12')]).toEqual(['13.0', '12.6']);
});

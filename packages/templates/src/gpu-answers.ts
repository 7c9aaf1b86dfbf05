import {
  FRAMEWORKS,
  type Framework,
  fail,
  optionWords,
  type Problem,
  type PythonVersion,
  type Result,
  SPEC_DEFAULTS,
  succeed,
} from '@modelyard/core';
import { type CudaMatrix, type CudaSet, cudaAsked, GPU_BASES, type GpuBase, missingCpuWheels, resolveCuda, VERSION } from './cuda/index.ts';
import { notOneOf } from './option-problems.ts';

/** Options from which the accelerator is resolved; the answers keep what came of them. */
export interface GpuOptions {
  readonly frameworkVersion: string;
  readonly gpuBase: GpuBase;
  readonly acceptUnknown: boolean;
  readonly minDriver: string;
  /** The lesson's GPU pair, exactly. */
  readonly lessonGpu: boolean;
}

/** What `--lesson-gpu` stands for. */
export const LESSON_GPU = {
  accelerator: 'cuda',
  framework: 'torch',
  frameworkVersion: '2.0.1',
  cuda: '11.8',
  gpuBase: 'cuda-runtime',
  python: '3.11',
} as const;

/** What a command line fills in by itself: it contradicts nothing. */
const FILLED_IN: Readonly<Record<string, string>> = {
  accelerator: SPEC_DEFAULTS.accelerator,
  framework: FRAMEWORKS[0] as string,
  gpuBase: GPU_BASES[0],
};

/** The problems of options that say otherwise than the lesson's GPU pair. */
export function lessonGpuProblems(given: Readonly<Record<string, unknown>>, where: string): Problem[] {
  return Object.entries(LESSON_GPU).flatMap(([key, lesson]) => {
    const value = given[key];
    if (value === undefined || [lesson, FILLED_IN[key]].includes(String(value))) return [];
    const option = optionWords(key);
    const what = `--lesson-gpu and --${option}=${String(value)} exclude each other`;
    return [{ code: 'bad-option', where, what, remedy: `the lesson's GPU pair is for --${option}=${lesson}: leave out one of the two` }];
  });
}

interface Choice {
  readonly framework: Framework;
  readonly python: PythonVersion;
}

type Given = Partial<Record<keyof GpuOptions | 'accelerator' | 'cuda', unknown>>;
type Accelerator = { readonly accelerator: 'cpu' } | { readonly accelerator: 'cuda'; readonly cuda: CudaSet };

/**
 * The accelerator and, for CUDA, its set. A set in place of a version is one that was resolved before: it comes from
 * the lock and stays as it is, so that an update renders the same bytes. Without CUDA, the Python must have wheels.
 */
export function parseAccelerator(choice: Choice, given: Given, matrix: CudaMatrix, where: string): Result<Accelerator> {
  const accelerator = String(given.accelerator ?? SPEC_DEFAULTS.accelerator);
  const base = String(given.gpuBase ?? GPU_BASES[0]);
  const problems = [
    ...notAccelerator(accelerator, where),
    ...notOneOf('gpu-base', base, GPU_BASES, where),
    ...notVersion('framework-version', given.frameworkVersion, where),
    ...(isSet(given.cuda) ? [] : notVersion('cuda', given.cuda, where)),
    ...notVersion('min-driver', given.minDriver, where),
  ];
  if (problems.length > 0) return fail(...problems);
  if (accelerator !== 'cuda') return cpu(choice, given, matrix, where);
  if (isSet(given.cuda)) return succeed({ accelerator: 'cuda', cuda: given.cuda });
  const set = resolveCuda(
    {
      ...choice,
      base: base as GpuBase,
      frameworkVersion: textOf(given.frameworkVersion),
      cuda: cudaAsked(textOf(given.cuda), choice.framework, matrix),
      minDriver: textOf(given.minDriver),
      acceptUnknown: given.acceptUnknown === true,
    },
    matrix,
    where,
  );
  return set.ok ? succeed({ accelerator: 'cuda', cuda: set.value }) : set;
}

function cpu(choice: Choice, given: Given, matrix: CudaMatrix, where: string): Result<Accelerator> {
  const problems = [...onlyWithCuda(given, where), ...missingCpuWheels(choice.framework, choice.python, matrix, where)];
  return problems.length > 0 ? fail(...problems) : succeed({ accelerator: 'cpu' });
}

function onlyWithCuda(given: Given, where: string): Problem[] {
  const options = { cuda: given.cuda, 'framework-version': given.frameworkVersion, 'min-driver': given.minDriver };
  const [option] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (option === undefined) return [];
  const remedy = `add --accelerator=cuda; on a CPU, pin versions in requirements.in and run the "lock" target`;
  return [{ code: 'bad-option', where, what: `--${option} is given without --accelerator=cuda`, remedy }];
}

function notAccelerator(value: string, where: string): Problem[] {
  if (value === 'cpu' || value === 'cuda') return [];
  return [{ code: 'bad-option', where, what: `--accelerator "${value}" is not offered`, remedy: 'one of: cpu, or cuda for NVIDIA GPUs' }];
}

function notVersion(option: string, value: unknown, where: string): Problem[] {
  if (value === undefined || VERSION.test(String(value))) return [];
  const what = `--${option} "${String(value)}" is no version`;
  return [{ code: 'bad-option', where, what, remedy: 'write numbers with dots, for example 12.6' }];
}

/** What the templates print about a GPU: requirements and the image to start from; nothing of it for a CPU. */
export function gpuView(framework: Framework, set: CudaSet | undefined): Record<string, unknown> {
  const extras = framework === 'torch' || framework === 'tensorflow' ? ['numpy', 'safetensors'] : ['numpy'];
  const named = set?.requirements ?? [];
  const prefix = set?.image ? '/opt/venv' : '/usr/local';
  return {
    gpuRequirements: [...named, ...extras.filter((extra) => !named.some((line) => line.startsWith(extra)))],
    runtimeImage: set?.image ?? null,
    /** Where the image's build installs the packages. */
    installed: set?.image ? prefix : `/out${prefix}`,
    /** Where they are in the image. */
    prefix,
    /** The command that installs there. */
    install: `${set?.image ? '/opt/uv/bin/uv pip install --python /opt/venv/bin/python' : 'uv pip install --python /usr/local/bin/python3 --prefix /out/usr/local'} --link-mode copy`,
    // A process that opens CUDA needs a few GB of memory beside the GPU's.
    resources: { ...SPEC_DEFAULTS.deploy.resources, ...(set ? { memory: '4Gi' } : {}) },
    hasLock: set?.hasLock ?? true,
    gpuLock: set?.hasLock ? `${framework}-${set.version}` : 'none',
  };
}

const isSet = (value: unknown): value is CudaSet => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

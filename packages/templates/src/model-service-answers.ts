import {
  type DataSchema,
  DEFAULT_PORT,
  DEFAULT_PYTHON_IMAGE,
  FRAMEWORK_FACTS,
  FRAMEWORKS,
  type Framework,
  fail,
  firstGate,
  HEALTH_PATH,
  LESSON_DATA,
  LIVE_PATH,
  METRICS_PATH,
  PREDICT_PATH,
  type Problem,
  PYTHON_VERSIONS,
  type PythonVersion,
  parseServiceName,
  type Result,
  RUN_AS_USER,
  SPEC_DEFAULTS,
  succeed,
  TRACKINGS,
  type Tracking,
  UV_VERSION,
  yamlText,
} from '@modelyard/core';
import { type CudaSet, loadCudaMatrix } from './cuda/index.ts';
import { type GpuOptions, gpuView, LESSON_GPU, lessonGpuProblems, parseAccelerator } from './gpu-answers.ts';
import { notInRange, notOneOf } from './option-problems.ts';
import type { View } from './render.ts';
import { markdownCell, shellText } from './text.ts';

/** The date of every file in an image's layers, in seconds since 1970: 1980, the first year that zip archives know. */
const LAYER_DATE = 315_532_800;

const LESSON_PYTHON = '3.11' satisfies PythonVersion;
const LESSON_FRAMEWORK = 'sklearn' satisfies Framework;

/** What a user chose for a service. Plain data: it is kept in the lock and renders the same bytes again. */
export interface ModelServiceAnswers {
  readonly name: string;
  readonly owner: string;
  readonly python: PythonVersion;
  readonly framework: Framework;
  readonly accelerator: 'cpu' | 'cuda';
  /** With accelerator "cuda": the set that was resolved when the service was made. */
  readonly cuda?: CudaSet;
  readonly port: number;
  readonly gpus: number;
  /** True: the packages of the lesson, exactly, instead of today's. */
  readonly lesson: boolean;
  /** Where trainings are logged to. */
  readonly tracking: Tracking;
  readonly data: DataSchema;
  /** True when the training table is the user's own and not the generated sample. */
  readonly hasOwnData: boolean;
}

/** What may be given: the answers, and the options from which the accelerator is resolved. */
export type GivenAnswers = Partial<Record<keyof ModelServiceAnswers | keyof GpuOptions, unknown>>;

/** Fills in defaults and checks each answer; all problems together. */
export function parseModelServiceAnswers(asGiven: GivenAnswers, where: string): Result<ModelServiceAnswers> {
  const isLessonGpu = asGiven.lessonGpu === true;
  const given = isLessonGpu ? { ...asGiven, ...LESSON_GPU } : asGiven;
  const problems: Problem[] = isLessonGpu ? lessonGpuProblems(asGiven, where) : [];
  const names = parseServiceName(given.name, where);
  if (!names.ok) problems.push(...names.problems);
  const python = String(given.python ?? PYTHON_VERSIONS[0]);
  const framework = String(given.framework ?? FRAMEWORKS[0]);
  const tracking = String(given.tracking ?? TRACKINGS[0]);
  const port = Number(given.port ?? DEFAULT_PORT);
  const gpus = Number(given.gpus ?? (given.accelerator === 'cuda' ? 1 : 0));
  problems.push(...notOneOf('python', python, PYTHON_VERSIONS, where), ...notOneOf('framework', framework, FRAMEWORKS, where));
  problems.push(...notOneOf('tracking', tracking, TRACKINGS, where));
  problems.push(...notInRange('port', port, 1024, 65535, where), ...notInRange('gpus', gpus, 0, 16, where));
  const accelerated = String(given.accelerator ?? SPEC_DEFAULTS.accelerator);
  if (given.lesson === true) problems.push(...lessonProblems(python, framework, accelerated, where));
  if (problems.length > 0 || !names.ok) return fail(...problems);
  const choice = { framework: framework as Framework, python: python as PythonVersion };
  const accelerator = parseAccelerator(choice, given, loadCudaMatrix(), where);
  if (!accelerator.ok) return accelerator;
  return succeed({
    name: names.value.label,
    owner: String(given.owner ?? SPEC_DEFAULTS.owner),
    python: python as PythonVersion,
    framework: framework as Framework,
    ...accelerator.value,
    port,
    gpus,
    lesson: given.lesson === true,
    tracking: tracking as Tracking,
    data: (given.data as DataSchema | undefined) ?? LESSON_DATA,
    hasOwnData: given.hasOwnData === true,
  });
}

/** The lesson pins scikit-learn and numpy versions that have no wheels for a later Python. */
function lessonProblems(python: string, framework: string, accelerator: string, where: string): Problem[] {
  const choices = { python: [python, LESSON_PYTHON], framework: [framework, LESSON_FRAMEWORK], accelerator: [accelerator, 'cpu'] };
  return Object.entries(choices).flatMap(([option, [given, lesson]]) =>
    given === lesson
      ? []
      : [
          {
            code: 'bad-option',
            where,
            what: `--lesson and --${option}=${given} exclude each other`,
            remedy: `the lesson's packages are for --${option}=${lesson}: leave out one of the two`,
          },
        ],
  );
}

/** Everything that the model-service templates print, computed here so that templates only print. */
export function modelServiceView(answers: ModelServiceAnswers): View {
  const names = parseServiceName(answers.name);
  if (!names.ok) throw new Error(`answers with a bad name: ${answers.name}`);
  const { data } = answers;
  return {
    ...answers,
    // A folder of the pack: the lesson's packages lie over those of the framework.
    requirements: answers.lesson ? 'lesson' : 'current',
    isTracked: answers.tracking !== 'none',
    module: names.value.module,
    title: names.value.title,
    modelFile: `${names.value.module}_model${FRAMEWORK_FACTS[answers.framework].modelSuffix}`,
    batchRows: FRAMEWORK_FACTS[answers.framework].batchRows,
    systemPackages: FRAMEWORK_FACTS[answers.framework].systemPackages,
    runAsUser: RUN_AS_USER,
    healthPath: HEALTH_PATH,
    livePath: LIVE_PATH,
    predictPath: PREDICT_PATH,
    metricsPath: METRICS_PATH,
    loadBudgetSeconds: SPEC_DEFAULTS.loadBudgetSeconds,
    workers: SPEC_DEFAULTS.workers,
    cuda: answers.cuda ?? null,
    ...gpuView(answers.framework, answers.cuda),
    pythonImage: DEFAULT_PYTHON_IMAGE.replaceAll('{version}', answers.python),
    uvVersion: UV_VERSION,
    layerDate: LAYER_DATE,
    gate: firstGate(data),
    exampleRow: Object.fromEntries(data.features.map((feature) => [feature.name, feature.example])),
    cell: markdownCell,
    shell: shellText,
    yaml: yamlText,
    json: (value: unknown) => JSON.stringify(value, null, 2),
  };
}

import {
  type DataSchema,
  DEFAULT_PORT,
  DEFAULT_PYTHON_IMAGE,
  FRAMEWORKS,
  type Framework,
  fail,
  firstGate,
  HEALTH_PATH,
  LESSON_DATA,
  LIVE_PATH,
  METRICS_PATH,
  MODEL_SUFFIXES,
  nearestWord,
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
import type { View } from './render.ts';
import { markdownCell, shellText } from './text.ts';

const LESSON_PYTHON = '3.11' satisfies PythonVersion;
const LESSON_FRAMEWORK = 'sklearn' satisfies Framework;

/** What a user chose for a service. Plain data: it is kept in the lock and renders the same bytes again. */
export interface ModelServiceAnswers {
  readonly name: string;
  readonly owner: string;
  readonly python: PythonVersion;
  readonly framework: Framework;
  readonly accelerator: 'cpu' | 'cuda';
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

/** Fills in defaults and checks each answer; all problems together. */
export function parseModelServiceAnswers(
  given: Partial<Record<keyof ModelServiceAnswers, unknown>>,
  where: string,
): Result<ModelServiceAnswers> {
  const problems: Problem[] = [];
  const names = parseServiceName(given.name, where);
  if (!names.ok) problems.push(...names.problems);
  const python = String(given.python ?? PYTHON_VERSIONS[0]);
  const framework = String(given.framework ?? FRAMEWORKS[0]);
  const tracking = String(given.tracking ?? TRACKINGS[0]);
  const port = Number(given.port ?? DEFAULT_PORT);
  const gpus = Number(given.gpus ?? 0);
  problems.push(...notOneOf('python', python, PYTHON_VERSIONS, where), ...notOneOf('framework', framework, FRAMEWORKS, where));
  problems.push(...notOneOf('tracking', tracking, TRACKINGS, where));
  problems.push(...notInRange('port', port, 1024, 65535, where), ...notInRange('gpus', gpus, 0, 16, where));
  if (given.lesson === true) problems.push(...lessonProblems(python, framework, where));
  if (problems.length > 0 || !names.ok) return fail(...problems);
  return succeed({
    name: names.value.label,
    owner: String(given.owner ?? SPEC_DEFAULTS.owner),
    python: python as PythonVersion,
    framework: framework as Framework,
    accelerator: given.accelerator === 'cuda' ? 'cuda' : SPEC_DEFAULTS.accelerator,
    port,
    gpus,
    lesson: given.lesson === true,
    tracking: tracking as Tracking,
    data: (given.data as DataSchema | undefined) ?? LESSON_DATA,
    hasOwnData: given.hasOwnData === true,
  });
}

/** The lesson pins scikit-learn and numpy versions that have no wheels for a later Python. */
function lessonProblems(python: string, framework: string, where: string): Problem[] {
  return Object.entries({ python: [python, LESSON_PYTHON], framework: [framework, LESSON_FRAMEWORK] }).flatMap(
    ([option, [given, lesson]]) =>
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

function notOneOf(option: string, value: string, allowed: readonly string[], where: string): Problem[] {
  if (allowed.includes(value)) return [];
  const nearest = nearestWord(value, allowed);
  return [
    {
      code: 'bad-option',
      where,
      what: `--${option} "${value}" is not offered`,
      remedy: `${nearest ? `did you mean "${nearest}"? ` : ''}one of: ${allowed.join(', ')}`,
    },
  ];
}

function notInRange(option: string, value: number, low: number, high: number, where: string): Problem[] {
  if (Number.isInteger(value) && value >= low && value <= high) return [];
  return [
    { code: 'bad-option', where, what: `--${option} "${value}" is out of range`, remedy: `use a whole number from ${low} to ${high}` },
  ];
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
    modelFile: `${names.value.module}_model${MODEL_SUFFIXES[answers.framework]}`,
    runAsUser: RUN_AS_USER,
    healthPath: HEALTH_PATH,
    livePath: LIVE_PATH,
    predictPath: PREDICT_PATH,
    metricsPath: METRICS_PATH,
    loadBudgetSeconds: SPEC_DEFAULTS.loadBudgetSeconds,
    workers: SPEC_DEFAULTS.workers,
    resources: SPEC_DEFAULTS.deploy.resources,
    pythonImage: DEFAULT_PYTHON_IMAGE.replaceAll('{version}', answers.python),
    uvVersion: UV_VERSION,
    gate: firstGate(data),
    exampleRow: Object.fromEntries(data.features.map((feature) => [feature.name, feature.example])),
    cell: markdownCell,
    shell: shellText,
    yaml: yamlText,
    json: (value: unknown) => JSON.stringify(value, null, 2),
  };
}

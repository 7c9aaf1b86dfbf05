import { type DataSchema, FRAMEWORKS, formatProblems, parseServiceSpec, unwrap } from '@modelyard/core';
import { expect, test } from 'vitest';
import { loadPack } from './load-pack.ts';
import { modelServiceView, parseModelServiceAnswers } from './model-service-answers.ts';
import { render } from './render.ts';

type Given = Parameters<typeof parseModelServiceAnswers>[0];
const fileOf = (given: Given, path: string) =>
  render(loadPack('model-service'), modelServiceView(unwrap(parseModelServiceAnswers(given, 'test')))).find((file) => file.path === path)
    ?.text ?? '';
const messageOf = (given: Given) => {
  const answers = parseModelServiceAnswers(given, 'test');
  return answers.ok ? '' : formatProblems(answers.problems);
};

const LESSON_PINS = [
  'fastapi==0.111.0',
  'uvicorn[standard]==0.29.0',
  'pydantic==2.7.1',
  'scikit-learn==1.5.0',
  'numpy==1.26.4',
  'pandas==2.2.2',
  'mlflow==2.13.0',
  'joblib==1.4.2',
];

test('names and owners that YAML would take for something else are read back as they were', () => {
  for (const name of ['n', 'y', 'no', 'on', 'off', 'yes', 'true', 'null', 'e1', 'churn']) {
    for (const owner of ['no', '1e3', '~', 'a: b # c', '"quoted"', 'Größe\nzwei']) {
      const spec = unwrap(parseServiceSpec(fileOf({ name, owner }, 'model-service.yaml'), 'model-service.yaml'));
      expect([spec.names.label, spec.owner]).toEqual([name, owner]);
    }
  }
});

test('columns of any name leave the pages of a service readable', () => {
  const data: DataSchema = {
    target: 'Kündigt?',
    task: 'classification',
    features: [{ name: "it's|a\ncolumn", type: 'string', values: ["O'Brien", 'x|y'], example: "O'Brien" }],
  };
  const pages = { name: 'churn', data, hasOwnData: true };
  expect(fileOf(pages, 'data/README.md')).toContain("| `it's\\|a column` | string | O'Brien, x\\|y |\n");
  expect(fileOf(pages, 'README.md')).toContain(`-d '{"it'\\''s|a\\ncolumn":"O'\\''Brien"}'`);
});

test("--lesson gives the lesson's eight pins exactly, and states apart what makes them work", () => {
  const lines = fileOf({ name: 'churn', lesson: true }, 'requirements.in').split('\n');
  expect(lines.filter((line) => line.includes('=='))).toEqual(LESSON_PINS);
  expect(lines.filter((line) => /^[a-z]/.test(line) && !line.includes('=='))).toEqual(['setuptools<81', 'httpx<0.28', 'prometheus-client']);
});

test("the lesson's lock holds the eight pins, and a hash for every package", () => {
  const lock = fileOf({ name: 'churn', lesson: true }, 'requirements.txt');
  for (const pin of LESSON_PINS) expect(lock).toContain(`\n${pin.replace(/\[.*\]/, '')} \\\n    --hash=sha256:`);
  const unhashed = lock.split('\n').filter((line) => line.includes('==') && !line.endsWith('\\'));
  expect(unhashed).toEqual([]);
});

test('MLflow is an answer: its file, its test and its lock are there only when it was asked for, for every framework', () => {
  const tracked = (given: Given) =>
    render(loadPack('model-service'), modelServiceView(unwrap(parseModelServiceAnswers(given, 'test'))))
      .map(({ path }) => path)
      .filter((path) => path.includes('tracking'));
  const files = ['requirements-tracking.in', 'requirements-tracking.txt', 'src/tracking.py', 'tests/test_tracking.py'];
  for (const framework of FRAMEWORKS) {
    expect(tracked({ name: 'churn', framework, tracking: 'mlflow' })).toEqual(files);
    expect(tracked({ name: 'churn', framework })).toEqual([]);
    expect(fileOf({ name: 'churn', framework, tracking: 'mlflow' }, 'requirements.txt')).not.toContain('mlflow');
    expect(fileOf({ name: 'churn', framework }, 'src/train.py')).not.toContain('tracking');
  }
  expect(messageOf({ name: 'churn', tracking: 'mlfow' })).toBe(
    `bad-option  test: --tracking "mlfow" is not offered
          did you mean "mlflow"? one of: none, mlflow`,
  );
});

test('the locks of a service agree: they are installed together', () => {
  const pinsIn = (given: Given, path: string) =>
    [...fileOf(given, path).matchAll(/^([a-z0-9._-]+)==(\S+)(.*?) \\$/gm)].map(
      ([, name, version, marker]) => [`${name}${marker}`, version] as const,
    );
  for (const given of [...FRAMEWORKS.map((framework) => ({ framework })), { lesson: true }]) {
    const answers = { name: 'churn', tracking: 'mlflow', ...given };
    const served = new Map(pinsIn(answers, 'requirements.txt'));
    const others = ['requirements-dev.txt', 'requirements-tracking.txt'].flatMap((path) => pinsIn(answers, path));
    expect(others.length).toBeGreaterThan(40);
    expect(others.filter(([name, version]) => served.has(name) && served.get(name) !== version)).toEqual([]);
  }
});

test('the lesson is for one Python and one framework', () => {
  expect(messageOf({ name: 'churn', lesson: true, python: '3.12', framework: 'torch' })).toBe(
    `bad-option  test: --lesson and --python=3.12 exclude each other
          the lesson's packages are for --python=3.11: leave out one of the two

bad-option  test: --lesson and --framework=torch exclude each other
          the lesson's packages are for --framework=sklearn: leave out one of the two`,
  );
});

test("without --lesson the packages are today's", () => {
  expect(fileOf({ name: 'churn' }, 'requirements.in')).not.toContain('==');
});

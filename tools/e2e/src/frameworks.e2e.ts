import { symlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataSchema, FRAMEWORKS, type Framework, unwrap } from '@modelyard/core';
import { type PythonWorld, pythonOf, runModule, runProcess, type ServiceFolder, setUpEnvironment } from '@modelyard/python';
import { diskSink, scaffoldService } from '@modelyard/standards';
import { inferDataSchema, parseModelServiceAnswers } from '@modelyard/templates';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { provedTest } from './proved.ts';
import { writeHousesTable, writeOddTable, writeParcelsTable } from './tables.ts';

interface Table {
  readonly csv: string;
  readonly schema: DataSchema;
}

/** Hash seeds of two trainings: sets change their order with it, and the model must not. */
const HASH_SEEDS = ['1', '4'] as const;

/** What every trained service must get through; its own tests ask it over HTTP, and damage what training wrote. */
const COMMANDS = [
  ['src.parity'],
  ['pytest', '-q', '-p', 'no:cacheprovider'],
  ['ruff', 'check', '--no-cache', '.'],
  ['ruff', 'format', '--no-cache', '--check', '.'],
] as const;

let scratch: string;
let houses: Table;
let parcels: Table;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'modelyard-frameworks-'));
  houses = await readTable(await writeHousesTable(scratch), 'price');
  parcels = await readTable(await writeParcelsTable(scratch), 'class');
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

for (const framework of FRAMEWORKS) {
  provedTest(
    `${framework}: two classes, three classes in words and a number are trained and pass the service's own tests`,
    framework,
    async () => {
      const churn = scaffold(framework, 'churn');
      await setUpEnvironment(churn, world());
      const others = [scaffold(framework, 'parcels', parcels), scaffold(framework, 'house-prices', houses)];
      for (const service of [churn, ...others.map((other) => withEnvironmentOf(churn, other))]) {
        const trained = [await trainedSha(service, HASH_SEEDS[0]), await trainedSha(service, HASH_SEEDS[1])];
        expect(trained[0], `${service.name}: trained twice`).toBe(trained[1]);
        for (const [module, ...args] of COMMANDS)
          expect(await runModule(service, module, args, world()), `${service.name}: ${module}`).toBe(0);
      }
      await rm(join(scratch, framework), { recursive: true, force: true });
    },
  );
}

provedTest(
  '--lesson: the eight pinned packages of the lesson are installed, and the service trains and passes its own tests',
  'sklearn',
  async () => {
    const answers = unwrap(parseModelServiceAnswers({ name: 'churn', lesson: true }, 'frameworks.e2e'));
    scaffoldService(diskSink(join(scratch, 'lesson')), 'churn', answers);
    const churn = { name: 'churn', directory: join(scratch, 'lesson', 'churn'), python: answers.python };
    await setUpEnvironment(churn, world());
    expect(await runPython(churn, 'import mlflow, sys; sys.exit(mlflow.__version__ != "2.13.0")')).toBe(0);
    expect(await trainedSha(churn, HASH_SEEDS[0])).toBe(await trainedSha(churn, HASH_SEEDS[1]));
    for (const [module, ...args] of COMMANDS) expect(await runModule(churn, module, args, world()), module).toBe(0);
  },
);

test('a table with names and values of every kind gives a service named "no" that logs to MLflow and passes its own tests', async () => {
  const file = await writeOddTable(scratch);
  const csv = (await readFile(file, 'utf8')).replace('\uFEFF', '').replaceAll('\r\n', '\n');
  const data = unwrap(inferDataSchema(csv, 'Kündigt?', file, { exclude: ['customer_id', 'signup'] }));
  const given = { name: 'no', owner: 'no: "1e3" #', tracking: 'mlflow', data, hasOwnData: true };
  const answers = unwrap(parseModelServiceAnswers(given, 'frameworks.e2e'));
  scaffoldService(diskSink(join(scratch, 'odd')), answers.name, answers, csv);
  const service = { name: answers.name, directory: join(scratch, 'odd', answers.name), python: answers.python };
  await setUpEnvironment(service, world());
  expect(await trainedSha(service, HASH_SEEDS[0])).toBe(await trainedSha(service, HASH_SEEDS[1]));
  for (const [module, ...args] of COMMANDS) expect(await runModule(service, module, args, world()), module).toBe(0);
  expect(await runModule(service, 'src.evaluate', ['--metric=roc_auc', '--threshold=0.6'], world())).toBe(0);
  expect(await runModule(service, 'src.evaluate', ['--metric=roc_auc', '--threshold=1.1'], world())).toBe(1);
});

/** This process's environment, with bytecode: without it each command would compile the whole framework again. */
const { PYTHONDONTWRITEBYTECODE: _, ...ENVIRONMENT } = process.env;

const world = (): PythonWorld => ({
  workspace: scratch,
  env: ENVIRONMENT,
  isWindows: process.platform === 'win32',
  log: (line) => console.log(line),
});

async function readTable(file: string, target: string): Promise<Table> {
  const csv = await readFile(file, 'utf8');
  return { csv, schema: unwrap(inferDataSchema(csv, target, file)) };
}

/** Runs a line of Python in the service's environment; gives its exit code. */
async function runPython(service: ServiceFolder, code: string): Promise<number> {
  const command = pythonOf(service, world().isWindows);
  return (await runProcess({ command, args: ['-c', code], cwd: service.directory, env: ENVIRONMENT, output: 'inherit' })).code;
}

/** A service of the framework in a folder of its own: the lesson's, or one for the table. */
function scaffold(framework: Framework, name: string, table?: Table): ServiceFolder {
  const data = table ? { data: table.schema, hasOwnData: true } : {};
  const answers = unwrap(parseModelServiceAnswers({ name, framework, ...data }, 'frameworks.e2e'));
  scaffoldService(diskSink(join(scratch, framework)), name, answers, table?.csv);
  return { name, directory: join(scratch, framework, name), python: answers.python };
}

/** Trains, and gives the SHA-256 of the model. */
async function trainedSha(service: ServiceFolder, hashSeed: string): Promise<string> {
  const env = { ...ENVIRONMENT, PYTHONHASHSEED: hashSeed };
  expect(await runModule(service, 'src.train', [], { ...world(), env }), `${service.name}: src.train`).toBe(0);
  const lock = JSON.parse(await readFile(join(service.directory, 'models/model.lock.json'), 'utf8')) as { model: { sha256: string } };
  return lock.model.sha256;
}

/** Lets a service with the same locks use an environment that is there already. */
function withEnvironmentOf(owner: ServiceFolder, service: ServiceFolder): ServiceFolder {
  symlinkSync(join(owner.directory, '.venv'), join(service.directory, '.venv'), 'junction');
  return service;
}

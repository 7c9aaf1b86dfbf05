import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lockRequirements } from '@modelyard/python';
import type { GivenAnswers } from '@modelyard/templates';
import { prepareMachine } from '../../../e2e/src/index.ts';
import type { Bench, BenchTable, Row } from '../bench.ts';
import { scratchFolder } from '../teardown.ts';
import { pythonWorld, trainedService, trainService } from '../trained-service.ts';
import { type BuildFigures, type Context, measureBuilds } from './build.ts';
import { changeModelPin, changePin, LESSON_DOCKERFILES, lessonContext } from './lesson.ts';

const ANCHOR = 'lesson, multi-stage';
/** A busy moment is as long as a short build; the long ones of the lesson are built once. */
const ROUNDS = 3;

/** The generated images, and those of the lesson with the lesson's own packages. */
const OURS: Readonly<Record<string, GivenAnswers>> = {
  'modelyard, scikit-learn': { framework: 'sklearn' },
  'modelyard, ONNX': { framework: 'onnx' },
  'modelyard, --lesson': { lesson: true },
};

export const imageBench: Bench = {
  name: 'image',
  about:
    'size and build times of images, against the Dockerfiles of the lesson (about 25 minutes; --only ONNX,single takes those whose names hold one of these, and the anchor)',
  run: async (log, args, atEnd) => {
    const { only } = parseArgs({ args: [...args], options: { only: { type: 'string', default: '' } } }).values;
    const isChosen = (name: string) => name === ANCHOR || only.split(',').some((part) => name.includes(part));
    const machine = await prepareMachine(process.env, log);
    atEnd(() => machine.stop());
    const scratch = await scratchFolder(atEnd);
    const pythonImage = machine.baseImage.pattern.replaceAll('{version}', '3.11');
    const rows: Row[] = [];
    for (const context of await contexts(scratch, pythonImage, log)) {
      if (!isChosen(context.name)) continue;
      rows.push({ name: context.name, values: valuesOf(await measureBuilds(machine.engine.engine, context, log)) });
    }
    return [tableOf(rows)];
  },
};

const valuesOf = (figures: BuildFigures) => [
  figures.megabytes,
  figures.coldSeconds,
  figures.editSeconds,
  figures.pinSeconds,
  figures.modelPinSeconds,
];

const tableOf = (rows: readonly Row[]): BenchTable => ({
  title: 'Images of one service (unpacked, with their base)',
  anchor: ANCHOR,
  columns: [
    { name: 'size', unit: 'MB', digits: 0 },
    { name: 'cold build', unit: 's', digits: 1 },
    { name: 'one line edited', unit: 's', digits: 1 },
    { name: 'one pin changed', unit: 's', digits: 1 },
    { name: "one pin of the model's", unit: 's', digits: 1 },
  ],
  rows,
});

async function contexts(scratch: string, pythonImage: string, log: (line: string) => void): Promise<Context[]> {
  const ours: Context[] = [];
  for (const [name, given] of Object.entries(OURS)) ours.push(await ourContext(scratch, name, given, pythonImage, log));
  const sources = ours.at(-1)?.directory as string;
  const theirs = Object.entries(LESSON_DOCKERFILES).map(async ([name, dockerfile], index): Promise<Context> => {
    const directory = await lessonContext(join(scratch, `lesson-${index}`), sources, dockerfile);
    const edit = (change: (text: string) => string) => () => editRequirements(directory, 'requirements.txt', change);
    return { name, directory, pythonImage, rounds: 1, changePin: edit(changePin), changeModelPin: edit(changeModelPin) };
  });
  return [...(await Promise.all(theirs)), ...ours];
}

/** A trained service of ours. */
async function ourContext(
  scratch: string,
  name: string,
  given: GivenAnswers,
  pythonImage: string,
  log: (line: string) => void,
): Promise<Context> {
  const world = pythonWorld(scratch, log);
  const service = await trainedService(join(scratch, name.replaceAll(/[^a-z]+/g, '-')), given, world);
  const changePin = async (round: number) => {
    await editRequirements(service.directory, 'requirements.in', (text) => `${text}prometheus-client<0.${21 - round}\n`);
    await lockRequirements(service, world, { upgrade: false, shared: [] });
  };
  const changeModelPin = async () => {
    const lock = await readFile(join(service.directory, 'requirements.txt'), 'utf8');
    const [, model, version] = /^(scikit-learn|onnxruntime)==(\S+)/m.exec(lock) as unknown as [string, string, string];
    await editRequirements(service.directory, 'requirements.in', (text) =>
      text.replace(new RegExp(`^${model}\\b.*$`, 'm'), `${model}<${version}`),
    );
    await lockRequirements(service, world, { upgrade: false, shared: [] });
    await trainService(service, world);
  };
  return { name, directory: service.directory, pythonImage, rounds: ROUNDS, changePin, changeModelPin };
}

async function editRequirements(directory: string, name: string, edit: (text: string) => string): Promise<void> {
  const file = join(directory, name);
  await writeFile(file, edit(await readFile(file, 'utf8')));
}

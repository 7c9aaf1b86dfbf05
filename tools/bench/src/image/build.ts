import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildImage, buildSecrets, type DockerEngine, inspectImage, runDocker } from '@modelyard/image';
import { median } from '../bench.ts';

const run = promisify(execFile);

/** A folder that an image is built from. */
export interface Context {
  readonly name: string;
  readonly directory: string;
  readonly pythonImage: string;
  /** So often lines and pins are changed; the middle of the times counts. */
  readonly rounds: number;
  /** Changes one pin of the folder's requirements, of a package that serves; another one in each round, from 0. */
  changePin(round: number): Promise<void>;
  /** Changes the pin of the package that the model is loaded with, and trains it anew where the image is proved against it. */
  changeModelPin(): Promise<void>;
}

/** What was measured of one context. */
export interface BuildFigures {
  readonly megabytes: number;
  readonly coldSeconds: number;
  readonly editSeconds: number;
  readonly pinSeconds: number;
  readonly modelPinSeconds: number;
}

/** Builds from nothing, after one edited line, after one changed pin and after one of the model's own packages; the base image is there already. What was built is removed. */
export async function measureBuilds(engine: DockerEngine, context: Context, log: (line: string) => void): Promise<BuildFigures> {
  await withCachesOfItsOwn(context);
  const cold = await build(engine, context, `${context.name}: cold`, log);
  const details = await inspectImage(engine, cold.ref);
  const rounds = Array.from({ length: context.rounds }, (_, round) => round);
  const edits: Built[] = [];
  for (const round of rounds) {
    await appendFile(join(context.directory, 'src', 'api', 'app.py'), `\n# Edited line ${round}.\n`);
    edits.push(await build(engine, context, `${context.name}: one line edited`, log));
  }
  const pins: Built[] = [];
  for (const round of rounds) {
    await context.changePin(round);
    pins.push(await build(engine, context, `${context.name}: one pin changed`, log));
  }
  await context.changeModelPin();
  const modelPin = await build(engine, context, `${context.name}: one pin of the model changed`, log);
  await runDocker(engine, ['image', 'rm', '--force', ...[cold, ...edits, ...pins, modelPin].map(({ ref }) => ref)]);
  return {
    megabytes: (details?.sizeBytes ?? NaN) / 1e6,
    coldSeconds: cold.seconds,
    editSeconds: middleOf(edits),
    pinSeconds: middleOf(pins),
    modelPinSeconds: modelPin.seconds,
  };
}

interface Built {
  readonly ref: string;
  readonly seconds: number;
}

const middleOf = (builds: readonly Built[]): number => median(builds.map(({ seconds }) => seconds));

/** Steps and cache mounts of earlier runs are not met again: each gets a name of this run. */
async function withCachesOfItsOwn({ directory }: Context): Promise<void> {
  const file = join(directory, 'Dockerfile');
  const marker = randomUUID();
  let mounts = 0;
  const text = (await readFile(file, 'utf8'))
    .replaceAll('--mount=type=cache,', () => `--mount=type=cache,id=bench-${marker}-${mounts++},`)
    .replaceAll(/^(FROM .+)$/gm, `$1\nENV BENCH_RUN=${marker}`);
  await writeFile(file, text);
}

async function build(engine: DockerEngine, context: Context, what: string, log: (line: string) => void): Promise<Built> {
  // What the build before has left to be written would be written during this one.
  await run('sync');
  const { secrets, buildArgs } = buildSecrets(process.env);
  const revision = { commit: null, dirty: true, committedAt: null, remote: null };
  const started = performance.now();
  const name = `modelyard-bench-${context.name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  const request = { context: context.directory, name, revision, secrets, buildArgs: { ...buildArgs, PYTHON_IMAGE: context.pythonImage } };
  const { ref } = await buildImage(engine, request, () => {});
  const seconds = (performance.now() - started) / 1000;
  log(`${what}: ${seconds.toFixed(1)} s`);
  return { ref, seconds };
}

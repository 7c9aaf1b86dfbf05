import { randomUUID } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage, buildSecrets, type DockerEngine, inspectImage, runDocker } from '@modelyard/image';

/** A folder that an image is built from. */
export interface Context {
  readonly name: string;
  readonly directory: string;
  readonly pythonImage: string;
  /** Changes one pin of the folder's requirements, of a package that serves. */
  changePin(): Promise<void>;
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
  await appendFile(join(context.directory, 'src', 'api', 'app.py'), '\n# One edited line.\n');
  const edit = await build(engine, context, `${context.name}: one line edited`, log);
  await context.changePin();
  const pin = await build(engine, context, `${context.name}: one pin changed`, log);
  const details = await inspectImage(engine, pin.ref);
  await context.changeModelPin();
  const modelPin = await build(engine, context, `${context.name}: one pin of the model changed`, log);
  await runDocker(engine, ['image', 'rm', '--force', cold.ref, edit.ref, pin.ref, modelPin.ref]);
  return {
    megabytes: (details?.sizeBytes ?? NaN) / 1e6,
    coldSeconds: cold.seconds,
    editSeconds: edit.seconds,
    pinSeconds: pin.seconds,
    modelPinSeconds: modelPin.seconds,
  };
}

/** Steps and cache mounts of earlier runs are not met again: each gets a name of this run. */
async function withCachesOfItsOwn({ directory }: Context): Promise<void> {
  const file = join(directory, 'Dockerfile');
  const run = randomUUID();
  let mounts = 0;
  const text = (await readFile(file, 'utf8'))
    .replaceAll('--mount=type=cache,', () => `--mount=type=cache,id=bench-${run}-${mounts++},`)
    .replaceAll(/^(FROM .+)$/gm, `$1\nENV BENCH_RUN=${run}`);
  await writeFile(file, text);
}

async function build(
  engine: DockerEngine,
  context: Context,
  what: string,
  log: (line: string) => void,
): Promise<{ ref: string; seconds: number }> {
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

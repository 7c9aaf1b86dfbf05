import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FRAMEWORKS, type Framework, LIVE_PATH, METRICS_PATH, PREDICT_PATH, unwrap } from '@modelyard/core';
import { isSameAnswer, parseModelLock } from '@modelyard/deploy';
import { buildSecrets, type DockerEngine, findEngine, inspectImage, runDocker, saveImage } from '@modelyard/image';
import type { ServiceFolder } from '@modelyard/python';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Container, docker, pythonInside, removeContainer, startContainer, terminate } from './container.ts';
import { holdsPlanted, plantFiles } from './planted.ts';
import { provedTest } from './proved.ts';
import { baseFor, buildServiceImage, trainedService } from './service-image.ts';

/** Bytes, unpacked and with bytecode, where a goal is set; the base image is part of it. */
const SIZE_GOALS: Partial<Record<Framework, number>> = { sklearn: 360e6, onnx: 250e6 };
const DATA_MEGABYTES = 300;

let engine: DockerEngine;
let scratch: string;
let running: Container | undefined;
const built: string[] = [];

beforeAll(async () => {
  engine = unwrap(await findEngine(process.env));
  scratch = await mkdtemp(join(tmpdir(), 'modelyard-images-'));
});

afterEach(async () => {
  if (running) await removeContainer(engine, running);
  running = undefined;
  if (built.length > 0) await runDocker(engine, ['image', 'rm', '--force', ...built.splice(0)]);
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

for (const framework of FRAMEWORKS) {
  provedTest(
    `${framework}: the image serves as trained, locked down, holds no tool and no secret, and ends when asked`,
    framework,
    async () => {
      const service = await trained(framework);
      await plantFiles(service.directory, framework === 'sklearn' ? DATA_MEGABYTES : 1);
      const { ref, transferred } = await build(service);
      expect(transferred, 'the engine was sent').toBeLessThan(1e6);

      running = await startContainer(engine, ref);
      expect((await fetch(running.url + LIVE_PATH)).status).toBe(200);
      await expectGoldenAnswers(running, service);
      expect(await (await fetch(running.url + METRICS_PATH)).text()).toContain('model_predictions_total');
      expect(JSON.parse(await pythonInside(engine, running, FACTS))).toEqual({ uid: 10001, tools: [], tests: [], writable: ['/tmp'] });
      await docker(engine, ['exec', running.name, 'python', '-I', '-S', '/app/src/healthcheck.py']);
      expect(await terminate(engine, running)).toBe(0);

      const details = await inspectImage(engine, ref);
      console.log(`${framework}: ${Math.round((details?.sizeBytes ?? 0) / 1e6)} MB`);
      expect(details).toMatchObject({ user: '10001:10001', hasHealthcheck: true });
      expect(details?.sizeBytes).toBeLessThanOrEqual(SIZE_GOALS[framework] ?? Number.POSITIVE_INFINITY);
      await expectNoSecret(ref);
      await rm(service.directory, { recursive: true, force: true });
    },
  );
}

provedTest('the same service gives the same layers twice, also from another folder and without a cache', 'custom', async () => {
  const [first, second] = [await trained('custom'), await trained('custom', 'again')];
  expect(await layersOf(second)).toEqual(await layersOf(first));
});

/** What an image must not hold: compilers and installers, a package's tests, places that the service could write to. */
const FACTS = `
import json, os, pathlib, shutil, sysconfig
packages = pathlib.Path(sysconfig.get_path("purelib"))
print(json.dumps({
    "uid": os.getuid(),
    "tools": [tool for tool in ("gcc", "g++", "cc", "make", "uv", "git", "curl", "wget") if shutil.which(tool)],
    "tests": sorted(str(path.relative_to(packages)) for path in packages.glob("*/tests") if any(path.glob("test_*.py"))),
    "writable": [place for place in ("/", "/app", "/app/models", "/app/src", str(packages), "/tmp") if os.access(place, os.W_OK)],
}))`;

/** Asks the golden rows of training in one request, and each alone. */
async function expectGoldenAnswers(container: Container, service: ServiceFolder): Promise<void> {
  const { golden } = unwrap(parseModelLock(readFileSync(join(service.directory, 'models/model.lock.json'), 'utf8'), 'model.lock.json'));
  expect(golden.rows.length).toBeGreaterThan(2);
  const { predictions } = (await ask(
    container,
    golden.rows.map(({ row }) => row),
  )) as { predictions: unknown[] };
  for (const [index, { row, expected }] of golden.rows.entries()) {
    expect(isSameAnswer(predictions[index], expected, golden.tolerance), `row ${index} of the list`).toBe(true);
    expect(isSameAnswer(await ask(container, row), expected, golden.tolerance), `row ${index} alone`).toBe(true);
  }
}

async function ask(container: Container, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(container.url + PREDICT_PATH, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return answer.json();
}

/** Looks through every byte of every layer and through the history. */
async function expectNoSecret(ref: string): Promise<void> {
  const tar = join(scratch, 'image.tar');
  await saveImage(engine, ref, tar);
  expect(await holdsPlanted(tar)).toBe(false);
  await rm(tar);
  expect(await docker(engine, ['history', '--no-trunc', ref])).not.toMatch(/planted|pip_conf=|index-url|https?:\/\/[^ ]*@/);
}

const trained = (framework: Framework, folder = 'first'): Promise<ServiceFolder> =>
  trainedService(join(scratch, folder), { name: `image-${framework}`, framework });

/** Builds the image; `transferred` is what the engine says it was sent as build context, in bytes. */
async function build(service: ServiceFolder): Promise<{ ref: string; transferred: number }> {
  const { ref, lines } = await buildServiceImage(engine, service);
  built.push(ref);
  return { ref, transferred: transferredBytes(lines) };
}

/** The digests of the layers that a build without any cached step makes. */
async function layersOf(service: ServiceFolder): Promise<unknown> {
  const { secrets, buildArgs } = buildSecrets(process.env);
  const args = Object.entries({ ...buildArgs, PYTHON_IMAGE: baseFor(service) }).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
  const files = secrets.flatMap(({ id, file }) => ['--secret', `id=${id},src=${file}`]);
  const ref = `${service.name}:uncached`;
  built.push(ref);
  await docker({ ...engine, env: { ...engine.env, DOCKER_BUILDKIT: '1' } }, [
    'build',
    '--quiet',
    '--no-cache',
    ...args,
    ...files,
    '--tag',
    ref,
    service.directory,
  ]);
  return JSON.parse(await docker(engine, ['image', 'inspect', '--format', '{{json .RootFS.Layers}}', ref]));
}

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** The largest "transferring context" of a build's log. */
function transferredBytes(lines: readonly string[]): number {
  const sizes = lines.flatMap((line) => {
    const [, amount, unit] = /transferring context: ([\d.]+)([kMG]?B)/.exec(line) ?? [];
    return amount && unit ? [Number(amount) * (UNITS[unit] ?? 1)] : [];
  });
  expect(sizes.length).toBeGreaterThan(0);
  return Math.max(...sizes);
}

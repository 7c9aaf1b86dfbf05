import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FRAMEWORKS, unwrap } from '@modelyard/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadPack } from './load-pack.ts';
import { type GivenAnswers, modelServiceView, parseModelServiceAnswers } from './model-service-answers.ts';
import { render } from './render.ts';

const LAYERS = ['model', 'serving'] as const;
type Layers = Record<(typeof LAYERS)[number], { packages: string[]; requirements: string }>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelyard-layers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Files of the service that the answers give, by path. */
function filesOf(given: GivenAnswers): Map<string, string> {
  const answers = unwrap(parseModelServiceAnswers({ name: 'churn', ...given }, 'test'));
  return new Map(render(loadPack('model-service'), modelServiceView(answers)).map(({ path, text }) => [path, text]));
}

/** What the step of the Dockerfile makes of the lock. */
function split(files: Map<string, string>): Layers {
  const [, names = ''] = /RUN python layers\.py \/layers((?:\s+\\?\s*[\w-]+)+)/.exec(files.get('Dockerfile') ?? '') ?? [];
  for (const path of ['src/layers.py', 'src/unused.txt', 'requirements.txt']) {
    writeFileSync(join(folder, basename(path)), files.get(path) ?? '');
  }
  execFileSync('python3', ['layers.py', 'layers', ...names.split(/[\s\\]+/).filter(Boolean)], { cwd: folder });
  return Object.fromEntries(LAYERS.map((layer) => [layer, read(layer)])) as Layers;
}

function read(layer: string): Layers['model'] {
  const requirements = readFileSync(join(folder, 'layers', layer, 'requirements.txt'), 'utf8');
  return { packages: namesIn(requirements), requirements };
}

const namesIn = (lock: string): string[] => [...lock.matchAll(/^([a-z0-9][\w.-]*)/gm)].map(([, name]) => name as string);

for (const given of [...FRAMEWORKS.map((framework) => ({ framework })), { lesson: true }]) {
  test(`${JSON.stringify(given)}: each locked package is in a layer, what serves has nothing of the model's, and hashes stay`, () => {
    const files = filesOf(given);
    const { model, serving } = split(files);
    const lock = files.get('requirements.txt') ?? '';
    expect(new Set([...model.packages, ...serving.packages])).toEqual(new Set(namesIn(lock)));
    expect(serving.packages).toEqual(expect.arrayContaining(['fastapi', 'starlette', 'uvicorn', 'pydantic-core', 'prometheus-client']));
    expect(serving.packages).not.toContain('numpy');
    expect(model.packages).toContain('numpy');
    for (const { packages, requirements } of [model, serving]) {
      expect(requirements.match(/^ {4}--hash=sha256:/gm)?.length).toBeGreaterThanOrEqual(packages.length);
    }
  });
}

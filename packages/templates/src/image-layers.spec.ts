import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FRAMEWORKS, unwrap } from '@modelyard/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadPack } from './load-pack.ts';
import { type GivenAnswers, modelServiceView, parseModelServiceAnswers } from './model-service-answers.ts';
import { render } from './render.ts';

const LAYERS = ['model', 'serving'] as const;
type Layers = Record<(typeof LAYERS)[number], { packages: string[]; requirements: string; unused: string[] }>;

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

/** What the step of the Dockerfile makes of a lock. */
function split(files: Map<string, string>, lock = files.get('requirements.txt') ?? ''): Layers {
  const [, names = ''] = /RUN python layers\.py \/layers((?:\s+\\?\s*[\w-]+)+)/.exec(files.get('Dockerfile') ?? '') ?? [];
  for (const name of ['layers.py', 'unused.txt']) writeFileSync(join(folder, name), files.get(`src/${name}`) ?? '');
  writeFileSync(join(folder, 'requirements.txt'), lock);
  execFileSync('python3', ['layers.py', 'layers', ...names.split(/[\s\\]+/).filter(Boolean)], { cwd: folder });
  return Object.fromEntries(LAYERS.map((layer) => [layer, read(layer)])) as Layers;
}

function read(layer: string): Layers['model'] {
  const of = (name: string) => readFileSync(join(folder, 'layers', layer, name), 'utf8');
  const requirements = of('requirements.txt');
  return { packages: namesIn(requirements), requirements, unused: of('unused.txt').split('\n').filter(Boolean) };
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

const LOCK = `numpy==2.4.6 \\
    --hash=sha256:aa
    # via
    #   -r requirements.in
    #   geo-tables
geo-tables==1.0 \\
    --hash=sha256:bb
    # via -r requirements.in
click==8.5.1 \\
    --hash=sha256:cc
    # via
    #   geo-tables
    #   uvicorn
h11==0.16.0 \\
    --hash=sha256:dd
    # via uvicorn
uvicorn==0.54.0 \\
    --hash=sha256:ee
    # via -r requirements.in
`;

test('a package that no step knows is the model’s, with all that it needs; what both need is in both', () => {
  const { model, serving } = split(filesOf({ framework: 'sklearn' }), LOCK);
  expect(model.packages).toEqual(['numpy', 'geo-tables', 'click']);
  expect(serving.packages).toEqual(['click', 'h11', 'uvicorn']);
});

test('a lock that does not tell what needs what is one layer, the one that the proof has', () => {
  const { model, serving } = split(filesOf({ framework: 'sklearn' }), LOCK.replaceAll(/^ +#.*\n/gm, ''));
  expect([model.packages.length, serving.packages.length]).toEqual([5, 0]);
});

test('a pattern of unused.txt holds in both layers unless the lock has the package that it names', () => {
  const files = filesOf({ framework: 'onnx' });
  expect(split(files).model.unused).toContain('google/protobuf');
  rmSync(join(folder, 'layers'), { recursive: true });
  const traced = `${files.get('requirements.txt')}opentelemetry-proto==1.45.2 \\\n    --hash=sha256:ff\n    # via -r requirements.in\n`;
  const { model, serving } = split(files, traced);
  expect(model.unused).not.toContain('google/protobuf');
  expect(serving.unused).toEqual(model.unused);
});

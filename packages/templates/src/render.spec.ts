import { expect, test } from 'vitest';
import { decodePack, encodePack, type Pack, packIntegrity } from './pack.ts';
import { render } from './render.ts';

const PACK: Pack = {
  manifest: {
    name: 'toy',
    version: '1.0.0',
    owners: [
      { glob: '.gitignore', owner: 'managed' },
      { glob: 'src/**', owner: 'seeded' },
    ],
    variants: { framework: 'frameworks' },
    conditions: [{ glob: 'src/sample.py', unless: 'hasOwnData' }],
  },
  templates: {
    'files/dot-gitignore': '*.pyc\n',
    'files/src/__module__.py.ejs': 'NAME = "<%= name %>"\n',
    'files/src/sample.py': 'rows = []\n',
    'files/model.py': 'base\n',
    'frameworks/sklearn/model.py': 'sklearn\n',
    'frameworks/torch/model.py': 'torch\n',
    'frameworks/onnx/model.py.ejs': '<%= name %>\n',
    'files/run.sh': '#!/bin/sh\n',
  },
};
const VIEW = { name: 'churn-risk', module: 'churn_risk', framework: 'sklearn', hasOwnData: false };

test('renders templates, names, dot files, variants, owners and modes, sorted by path', () => {
  expect(render(PACK, VIEW)).toEqual([
    { path: '.gitignore', text: '*.pyc\n', owner: 'managed', mode: 0o644 },
    { path: 'model.py', text: 'sklearn\n', owner: 'merged', mode: 0o644 },
    { path: 'run.sh', text: '#!/bin/sh\n', owner: 'merged', mode: 0o755 },
    { path: 'src/churn_risk.py', text: 'NAME = "churn-risk"\n', owner: 'seeded', mode: 0o644 },
    { path: 'src/sample.py', text: 'rows = []\n', owner: 'seeded', mode: 0o644 },
  ]);
});

test("a variant's template replaces the base's plain file of the same path", () => {
  const models = render(PACK, { ...VIEW, framework: 'onnx' }).filter((file) => file.path === 'model.py');
  expect(models.map((file) => file.text)).toEqual(['churn-risk\n']);
});

test('a condition leaves its files out', () => {
  expect(render(PACK, { ...VIEW, hasOwnData: true }).map((file) => file.path)).not.toContain('src/sample.py');
});

test('a template that asks for a missing value throws and names the template', () => {
  const { name: _, ...rest } = VIEW;
  expect(() => render(PACK, rest)).toThrow(/toy\/src\/__module__\.py\.ejs/);
});

test('a kept pack comes back as it was, and its integrity does not depend on the order of files', () => {
  const turned: Pack = { ...PACK, templates: Object.fromEntries(Object.entries(PACK.templates).reverse()) };
  expect(decodePack(encodePack(PACK))).toEqual(PACK);
  expect(packIntegrity(turned)).toBe(packIntegrity(PACK));
  expect(Buffer.from(encodePack(turned)).equals(Buffer.from(encodePack(PACK)))).toBe(true);
});

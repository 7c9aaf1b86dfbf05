import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateDependenciesContext } from '@nx/devkit';
import { afterAll, expect, test } from 'vitest';
import { createDependencies, pythonEdges } from './dependencies.ts';

const root = mkdtempSync(join(tmpdir(), 'modelyard-dependencies-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const pyproject = (name: string, dependencies: readonly string[] = [], otherDependencies: readonly string[] = []) => ({
  name,
  dependencies,
  otherDependencies,
  sources: [],
  isModelLib: false,
});

test('a dependency on a distribution of the workspace is an edge, whatever its Nx project is called', () => {
  const projects = [
    { project: 'churn', root: 'services/churn', pyproject: pyproject('churn', ['calendar-days', 'numpy']) },
    { project: 'calendar', root: 'libs/calendar', pyproject: pyproject('Calendar_Days', [], ['churn']) },
  ];
  expect(pythonEdges(projects, () => true)).toEqual([
    { source: 'churn', target: 'calendar', type: 'static', sourceFile: 'services/churn/pyproject.toml' },
    { source: 'calendar', target: 'churn', type: 'static', sourceFile: 'libs/calendar/pyproject.toml' },
  ]);
});

test('a file that Nx does not track is not named as the source of an edge', () => {
  const projects = [
    { project: 'churn', root: '.', pyproject: pyproject('churn', ['features']) },
    { project: 'features', root: 'libs/features', pyproject: pyproject('features', ['features']) },
  ];
  expect(pythonEdges(projects, (file) => file !== 'pyproject.toml')).toEqual([{ source: 'churn', target: 'features', type: 'implicit' }]);
});

test('projects without a pyproject.toml, and with a broken one, have no edges and stop nothing', async () => {
  for (const [folder, text] of [
    ['services/churn', '[project]\nname = "churn"\ndependencies = ["features"]\n'],
    ['libs/features', '[project]\nname = "features"\n'],
    ['libs/broken', '[project\n'],
  ] as const) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'pyproject.toml'), text);
  }
  const projects = { churn: 'services/churn', features: 'libs/features', broken: 'libs/broken', web: 'apps/web' };
  const context = {
    workspaceRoot: root,
    projects: Object.fromEntries(Object.entries(projects).map(([name, folder]) => [name, { root: folder }])),
    fileMap: { projectFileMap: { churn: [{ file: 'services/churn/pyproject.toml', hash: '' }] }, nonProjectFiles: [] },
  } as unknown as CreateDependenciesContext;
  expect(await createDependencies(undefined, context)).toEqual([
    { source: 'churn', target: 'features', type: 'static', sourceFile: 'services/churn/pyproject.toml' },
  ]);
});

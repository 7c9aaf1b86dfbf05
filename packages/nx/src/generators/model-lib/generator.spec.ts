import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, expect, test } from 'vitest';
import modelService from '../model-service/generator.ts';
import modelLib from './generator.ts';

let tree: Tree;

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
  tree.write('modelyard.yaml', '');
  tree.write('services/churn/pyproject.toml', '[project]\nname = "churn"\ndependencies = []\n');
});

const written = () =>
  tree
    .listChanges()
    .map(({ path }) => path)
    .filter((path) => path.startsWith('libs/'));

test('a shared package is a folder with sources, tests and a lock, recorded in the workspace', async () => {
  await modelLib(tree, { name: 'calendar-days' });
  expect(written()).toEqual([
    'libs/calendar-days/.gitignore',
    'libs/calendar-days/README.md',
    'libs/calendar-days/pyproject.toml',
    'libs/calendar-days/requirements-dev.in',
    'libs/calendar-days/requirements-dev.txt',
    'libs/calendar-days/src/calendar_days/__init__.py',
    'libs/calendar-days/src/calendar_days/py.typed',
    'libs/calendar-days/src/calendar_days/ratios.py',
    'libs/calendar-days/tests/test_ratios.py',
  ]);
  expect(tree.read('.modelyard/lock.json', 'utf-8')).toContain('"libs/calendar-days"');
});

test('--for lets a service use it, and again another service when the package is there', async () => {
  await modelLib(tree, { name: 'features', for: ['churn'] });
  tree.write('libs/features/src/features/mine.py', 'mine = 1\n');
  tree.write('services/team/fraud/pyproject.toml', '[project]\nname = "fraud"\n');
  await modelLib(tree, { name: 'features', for: ['churn,fraud'] });
  expect(tree.read('services/churn/pyproject.toml', 'utf-8')).toContain('features = { path = "../../libs/features" }');
  expect(tree.read('services/team/fraud/pyproject.toml', 'utf-8')).toContain('features = { path = "../../../libs/features" }');
  expect(tree.read('libs/features/src/features/mine.py', 'utf-8')).toBe('mine = 1\n');
});

test('a service that there is not writes nothing and is named', async () => {
  await expect(modelLib(tree, { name: 'features', for: ['chrun'] })).rejects.toThrow(
    `unknown-project  nx g model-lib --for: there is no Python project "chrun"
          did you mean "churn"? Python projects: churn`,
  );
  expect(written()).toEqual([]);
});

test('a folder outside the workspace is refused', async () => {
  await expect(modelLib(tree, { name: 'features', directory: '../features' })).rejects.toThrow(
    'bad-directory  nx g model-lib: --directory "../features" is no folder below the root of the workspace',
  );
});

test('a folder that exists is kept', async () => {
  tree.write('libs/features/notes.txt', 'mine\n');
  await expect(modelLib(tree, { name: 'features' })).rejects.toThrow(
    `folder-exists  libs/features: the folder for "features" exists already; nothing was written
          choose another name or --directory; to let a service use a package that exists, name the service with --for`,
  );
});

test('a name that Python could not import is refused', async () => {
  await expect(modelLib(tree, { name: 'calendar' })).rejects.toThrow(
    `bad-name  nx g model-lib: name "calendar" is a module of Python's standard library; no service could import the package
          choose another one, for example "acme-calendar"`,
  );
  await expect(modelLib(tree, { name: 'class' })).rejects.toThrow('name "class" is a keyword of Python');
  await expect(modelLib(tree, { name: 'src' })).rejects.toThrow(`name "src" is the name of a service's own folder`);
});

test('a name that a service has is refused', async () => {
  await modelService(tree, { name: 'fraud' });
  await expect(modelLib(tree, { name: 'fraud' })).rejects.toThrow(
    'name-taken  nx g model-lib: the project in services/fraud is called "fraud"',
  );
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblems, ProblemError, WORKSPACE_FILE } from '@modelyard/core';
import { createTree } from '@nx/devkit/testing';
import { afterAll, expect, test } from 'vitest';
import modelService, { type ModelServiceOptions } from './generator.ts';

const scratch = mkdtempSync(join(tmpdir(), 'modelyard-generator-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function workspaceTree() {
  const tree = createTree();
  tree.write(WORKSPACE_FILE, 'name: acme-ml\n');
  return tree;
}

/** The whole text that a person reads, and what was written meanwhile. */
async function refused(options: ModelServiceOptions, tree = workspaceTree()) {
  const before = tree.listChanges().map(({ path }) => path);
  const error = await modelService(tree, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProblemError);
  const written = tree.listChanges().filter(({ path }) => !before.includes(path));
  return { text: formatProblems((error as ProblemError).problems), written };
}

test('a service is written below services/, with its marker and its model folder', async () => {
  const tree = workspaceTree();
  await modelService(tree, { name: 'churn' });
  expect(tree.exists('services/churn/model-service.yaml')).toBe(true);
  expect(tree.exists('services/churn/src/api/app.py')).toBe(true);
});

test('a folder of the user is kept where --directory says, with slashes of either kind', async () => {
  const tree = workspaceTree();
  await modelService(tree, { name: 'churn', directory: '.\\teams\\growth\\churn\\' });
  expect(tree.exists('teams/growth/churn/model-service.yaml')).toBe(true);
});

test('a folder is recorded by one path, however it is written', async () => {
  const tree = workspaceTree();
  await modelService(tree, { name: 'churn', directory: 'teams//other/../growth/churn/' });
  expect(tree.read('.modelyard/lock.json', 'utf-8')).toContain('"teams/growth/churn": {');
});

test('a folder outside the workspace, where Nx would never find the service, is refused', async () => {
  for (const directory of ['../churn', 'teams/../../churn', '/srv/churn', 'C:\\work\\churn']) {
    const { text, written } = await refused({ name: 'churn', directory });
    expect(text).toBe(
      `bad-directory  nx g model-service: --directory "${directory}" is no folder below the root of the workspace
          give its path from the root, for example teams/growth/churn`,
    );
    expect(written).toEqual([]);
  }
});

test('a bad name is refused and nothing is written', async () => {
  const { text, written } = await refused({ name: 'Churn!' });
  expect(text).toBe(
    `bad-name  nx g model-service: name "Churn!" cannot become a DNS label
          use lower-case letters, digits and "-", starting with a letter, at most 46, for example "churn"`,
  );
  expect(written).toEqual([]);
});

test('an existing folder is refused and keeps its files', async () => {
  const tree = workspaceTree();
  tree.write('services/churn/mine.txt', 'mine\n');
  const { text, written } = await refused({ name: 'churn' }, tree);
  expect(text).toBe(
    `folder-exists  services/churn: the folder for "churn" exists already; nothing was written
          choose another name, or another folder with --directory`,
  );
  expect(written).toEqual([]);
});

test('a name that a project in another folder has is refused, and free again once that folder is gone', async () => {
  const tree = workspaceTree();
  await modelService(tree, { name: 'churn' });
  const { text, written } = await refused({ name: 'churn', directory: 'teams/growth/churn' }, tree);
  expect(text).toBe(
    `name-taken  nx g model-service: the project in services/churn is called "churn" already; nothing was written
          choose another name: Nx knows a project by it, and so does the cluster`,
  );
  expect(written).toEqual([]);
  tree.delete('services/churn');
  await modelService(tree, { name: 'churn', directory: 'teams/growth/churn' });
  expect(tree.exists('teams/growth/churn/model-service.yaml')).toBe(true);
});

test('outside a workspace nothing is written', async () => {
  const { text, written } = await refused({ name: 'churn' }, createTree());
  expect(text).toBe(
    `no-workspace  nx g model-service: there is no modelyard.yaml at the root of this workspace
          add it with "npx nx g @modelyard/nx:init", or make a new workspace with "npm create modelyard@latest"`,
  );
  expect(written).toEqual([]);
});

test('a framework that is not offered names the nearest', async () => {
  const { text } = await refused({ name: 'churn', framework: 'xgbost' });
  expect(text).toMatch(
    /^bad-option {2}nx g model-service: --framework "xgbost" is not offered\n +did you mean "xgboost"\? one of: sklearn, /,
  );
});

test('a table that is not there, and a table without a target, say what to give', async () => {
  expect((await refused({ name: 'churn', data: 'absent.csv', target: 'y' })).text).toBe(
    `no-table  absent.csv: there is no such file
          give --data the path of a CSV table with a header line`,
  );
  const table = join(scratch, 'table.csv');
  writeFileSync(table, 'a,b\n1,2\n');
  expect((await refused({ name: 'churn', data: table })).text).toBe(
    `no-target  nx g model-service: --data is given without --target
          name the column to predict, for example --target=churned`,
  );
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createNodes, projectOf } from './plugin.ts';

const GOOD = 'name: churn\npython: "3.11"\nframework: sklearn\nmodel:\n  path: models/churn_model.pkl\n';
const workspaceRoot = mkdtempSync(join(tmpdir(), 'modelyard-plugin-'));
afterAll(() => rmSync(workspaceRoot, { recursive: true, force: true }));

/** The projects that the plugin infers from spec files with these texts. */
async function projectsFrom(texts: Record<string, string>) {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(join(workspaceRoot, dirname(path)), { recursive: true });
    writeFileSync(join(workspaceRoot, path), text);
  }
  const [, infer] = createNodes;
  const results = await infer(Object.keys(texts), undefined, { workspaceRoot, nxJsonConfiguration: {} } as never);
  return Object.assign({}, ...results.map(([, { projects }]) => projects)) as Record<
    string,
    { name: string; tags: string[]; targets: object }
  >;
}

test('a service is a project with its name, its tags and its targets', () => {
  const project = projectOf('services/churn', 'services/churn/model-service.yaml', GOOD);
  expect(project.name).toBe('churn');
  expect(project.tags).toEqual(['type:model-service', 'framework:sklearn', 'accelerator:cpu']);
  expect(Object.keys(project.targets ?? {})).toEqual(
    expect.arrayContaining([
      'setup',
      'lock',
      'train',
      'test',
      'serve',
      'docker-build',
      'docker-run',
      'render',
      'diff',
      'deploy',
      'rollback',
      'canary',
      'status',
      'logs',
      'history',
      'destroy',
    ]),
  );
});

test('a broken file beside a good one leaves both in the graph, and only its own targets are broken', async () => {
  const projects = await projectsFrom({
    'services/churn/model-service.yaml': GOOD,
    'services/broken/model-service.yaml': 'name: broken\nmodel: [',
    'services/nameless/model-service.yaml': '',
  });
  expect(Object.values(projects).map(({ name }) => name)).toEqual(['churn', 'broken', 'nameless']);
  expect(projects['services/broken']?.tags).toContain('broken');
  expect(projects['services/churn']?.tags).not.toContain('broken');
});

test('a stray spec file at the root of the workspace is no project', async () => {
  expect(await projectsFrom({ 'model-service.yaml': GOOD })).toEqual({});
});

import { expect, test } from 'vitest';
import { inputsOf, testFilesOf } from './test-inputs.ts';

const texts: Readonly<Record<string, string>> = {
  'README.md': '',
  'package-lock.json': '{}',
  'charts/model-service/Chart.yaml': '',
  'docs/README.md': '',
  'packages/core/src/name.ts': '',
  'packages/core/src/name.spec.ts': '',
  'packages/nx/src/index.ts': "import { render } from '@modelyard/deploy/render';\n",
  'packages/templates/packs/workspace/pack.json': '{}',
  'tools/deploy/src/deploy.ts': "import { parse } from '@modelyard/core';\n",
  'tools/deploy/src/deploy.api.spec.ts': "import { startControlPlane } from '@modelyard/cluster';\n",
  'tools/deploy/src/lock.api.spec.ts': '',
  'tools/cluster/src/index.ts': '',
  'tools/cluster/go.sum': '',
  'tools/e2e/src/journey.e2e.ts': '',
  'tools/image/src/build.engine.spec.ts': '',
};
const tracked = Object.keys(texts);
const textOf = (path: string): string => texts[path] ?? '';

test('each kind of test is found by the end of its name', () => {
  expect(testFilesOf('api', tracked)).toEqual(['tools/deploy/src/deploy.api.spec.ts', 'tools/deploy/src/lock.api.spec.ts']);
  expect(testFilesOf('e2e', tracked)).toEqual(['tools/e2e/src/journey.e2e.ts', 'tools/image/src/build.engine.spec.ts']);
});

test('a test depends on itself, on the rooms that it and its room import, and on no other test', () => {
  expect(inputsOf('tools/deploy/src/deploy.api.spec.ts', tracked, textOf)).toEqual([
    'package-lock.json',
    'charts/model-service/Chart.yaml',
    'packages/core/src/name.ts',
    'tools/deploy/src/deploy.ts',
    'tools/deploy/src/deploy.api.spec.ts',
    'tools/cluster/src/index.ts',
    'tools/cluster/go.sum',
  ]);
  expect(inputsOf('tools/deploy/src/lock.api.spec.ts', tracked, textOf)).not.toContain('tools/cluster/go.sum');
});

test('a journey depends on all that is packed, but not on texts', () => {
  expect(inputsOf('tools/e2e/src/journey.e2e.ts', tracked, textOf)).toEqual(
    tracked.filter((path) => !/\.spec\.ts$|^docs\/|^README\.md$/.test(path)),
  );
});

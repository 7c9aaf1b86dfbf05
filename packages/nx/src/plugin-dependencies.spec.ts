import { expect, test } from 'vitest';
import { libOf } from './plugin.ts';

const LIB = '[project]\nname = "features"\n[tool.modelyard]\ntype = "model-lib"\n';

test('a pyproject.toml that says it is a shared package becomes a library with its targets', () => {
  const project = libOf('libs/features', 'libs/features/pyproject.toml', LIB);
  expect(project).toMatchObject({ name: 'features', root: 'libs/features', projectType: 'library', tags: ['type:model-lib'] });
  expect(Object.keys(project?.targets ?? {})).toEqual(['setup', 'lock', 'build', 'test']);
});

test('any other pyproject.toml is left to others', () => {
  expect(libOf('tools/x', 'tools/x/pyproject.toml', '[project]\nname = "x"\n')).toBeUndefined();
  expect(libOf('tools/x', 'tools/x/pyproject.toml', '[project\n')).toBeUndefined();
});

test('a broken shared package keeps a name, so that its targets can say what is wrong', () => {
  expect(libOf('libs/features', 'libs/features/pyproject.toml', `${LIB}name = \n`)?.name).toBe('features');
});

import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { neededBy, requireKnown, requireSources } from './shared-packages.ts';

const lib = (name: string, ...dependencies: string[]) => ({
  project: name,
  name,
  directory: `/ws/libs/${name}`,
  dependencies,
  sources: ['calendar'],
});
const LIBS = [lib('features', 'calendar', 'numpy'), lib('calendar', 'features'), lib('other')];
const own = (...dependencies: string[]) => ({ dependencies, otherDependencies: [], sources: [], isModelLib: false });

test('a service needs its shared packages and theirs, each once, also in a circle', () => {
  expect(neededBy(own('features'), LIBS).map(({ name }) => name)).toEqual(['calendar', 'features']);
});

test('a service that uses none needs none', () => {
  expect(requireKnown(own(), LIBS, 'services/churn/pyproject.toml')).toEqual({ ok: true, value: [] });
});

test('a name that is no shared package is refused with the nearest one', () => {
  const needed = requireKnown(own('featurs', 'numpy'), LIBS, 'services/churn/pyproject.toml');
  expect(needed.ok ? '' : formatProblems(needed.problems)).toBe(
    `unknown-package  services/churn/pyproject.toml: "featurs" is no shared package of this workspace
          did you mean "features"? packages from an index go into requirements.in

unknown-package  services/churn/pyproject.toml: "numpy" is no shared package of this workspace
          packages from an index go into requirements.in`,
  );
});

test('a shared package that names another one without its folder is refused', () => {
  expect(requireSources([LIBS[0] as never], LIBS)).toEqual({ ok: true, value: undefined });
  const needed = requireSources(LIBS, LIBS);
  expect(needed.ok ? '' : formatProblems(needed.problems)).toBe(
    `missing-source  calendar/pyproject.toml: it depends on "features" without saying where that is
          add it to [tool.uv.sources]: features = { path = "../features" }`,
  );
});

import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { parsePyproject, requirementNames } from './pyproject.ts';

test('requirements are known by their normalised names, whatever follows them', () => {
  expect(
    requirementNames(['Calendar_Days', 'pandas>=2', 'uvicorn[standard]==0.29.0', 'a.b ; python_version > "3"', 'x @ file:x.whl']),
  ).toEqual(['calendar-days', 'pandas', 'uvicorn', 'a-b', 'x']);
});

test('dependencies, optional dependencies and groups are read; an included group is no requirement', () => {
  const text = `[project]
name = "churn"
dependencies = ["features"]
[tool.uv.sources]
Features = { path = "../features" }
[project.optional-dependencies]
plots = ["matplotlib"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff"]
`;
  expect(parsePyproject(text, 'pyproject.toml')).toEqual({
    ok: true,
    value: {
      name: 'churn',
      dependencies: ['features'],
      otherDependencies: ['matplotlib', 'pytest', 'ruff'],
      sources: ['features'],
      isModelLib: false,
    },
  });
});

test('a file that only configures tools has no name', () => {
  const parsed = parsePyproject('[tool.ruff]\nline-length = 100\n', 'pyproject.toml');
  expect(parsed).toEqual({ ok: true, value: { dependencies: [], otherDependencies: [], sources: [], isModelLib: false } });
});

test('broken TOML is a problem with its line and column', () => {
  const parsed = parsePyproject('[project]\nname = features\n', 'libs/features/pyproject.toml');
  expect(parsed.ok ? '' : formatProblems(parsed.problems)).toBe(
    `broken-toml  libs/features/pyproject.toml:2:8: invalid value
          mend the TOML at this place`,
  );
});

import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { addDependency } from './add-dependency.ts';

const SOURCE = { name: 'features', path: '../../libs/features' };
const added = (text: string) => {
  const result = addDependency(text, SOURCE, 'pyproject.toml');
  return result.ok ? result.value : formatProblems(result.problems);
};

test('a service without shared packages gets the first one and its folder; all else stays', () => {
  expect(added('[project]\nname = "churn" # mine\ndependencies = []\n\n[tool.uv]\npackage = false\n')).toBe(
    '[project]\nname = "churn" # mine\ndependencies = ["features"]\n\n[tool.uv]\npackage = false\n\n[tool.uv.sources]\nfeatures = { path = "../../libs/features" }\n',
  );
});

test('a second one joins the first, on one line or on several', () => {
  const sources = '[tool.uv.sources]\na = { path = "../a" }\n';
  const extended = '[tool.uv.sources]\nfeatures = { path = "../../libs/features" }\na = { path = "../a" }\n';
  expect(added(`[project]\nname = "churn"\ndependencies = ["a"]\n\n${sources}`)).toBe(
    `[project]\nname = "churn"\ndependencies = ["a", "features"]\n\n${extended}`,
  );
  expect(added(`[project]\nname = "churn"\ndependencies = [\n    "a",\n]\n\n${sources}`)).toBe(
    `[project]\nname = "churn"\ndependencies = [\n    "a",\n    "features",\n]\n\n${extended}`,
  );
});

test('a project without the list gets one', () => {
  expect(added('[project]\nname = "churn"\n\n[tool.uv]\n')).toContain(
    '[project]\nname = "churn"\ndependencies = ["features"]\n\n[tool.uv]\n',
  );
});

test('a package that is there already changes nothing', () => {
  const text = '[project]\nname = "churn"\ndependencies = ["Features>=0.1"]\n';
  expect(added(text)).toBe(text);
});

test('a form that cannot be extended safely is left alone, and the remedy says what to write', () => {
  expect(added('project = { name = "churn", dependencies = ["a"] }\n')).toBe(
    `unknown-form  pyproject.toml: "features" cannot be added to its dependencies safely; nothing was written
          add it by hand: dependencies = ["features"] in [project], and features = { path = "../../libs/features" } in [tool.uv.sources]`,
  );
});

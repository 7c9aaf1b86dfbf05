import { expect, test } from 'vitest';
import { ProblemError } from './problem.ts';

class Special extends ProblemError {}

test('a problem of another copy of this module is a problem, and a special one is only what its own class made', () => {
  const brand = Symbol.for('modelyard.ProblemError');
  expect({ [brand]: true, problems: [] } instanceof ProblemError).toBe(true);
  expect(new Error('other') instanceof ProblemError).toBe(false);
  expect(new Special([]) instanceof ProblemError).toBe(true);
  expect(new Special([]) instanceof Special).toBe(true);
  expect(new ProblemError([]) instanceof Special).toBe(false);
});

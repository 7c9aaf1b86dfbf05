import { expect, test } from 'vitest';
import { ProblemError } from './problem.ts';

class Narrower extends ProblemError {}

test('a problem of another copy of this module is known by its brand', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('modelyard.ProblemError')]: true });
  expect(new ProblemError([]) instanceof ProblemError).toBe(true);
  expect(new Error('x') instanceof ProblemError).toBe(false);
  expect(foreign instanceof ProblemError).toBe(true);
});

test('a narrower class is told from all other problems', () => {
  expect(new Narrower([]) instanceof Narrower).toBe(true);
  expect(new Narrower([]) instanceof ProblemError).toBe(true);
  expect(new ProblemError([]) instanceof Narrower).toBe(false);
});

import { formatProblems } from '@modelyard/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameAnswer, parseModelLock } from './model-lock.ts';
import { compareAnswers } from './verify.ts';

const LOCK = {
  schema: 1,
  model: { path: 'models/churn_model.pkl', sha256: 'feed', bytes: 9 },
  golden: [{ row: { tenure: 12 }, expected: { prediction: 1, probabilities: { 0: 0.25, 1: 0.75 } } }],
  tolerance: 1e-6,
};

test('a lock as training writes it gives the model and its golden rows', () => {
  expect(parseModelLock(JSON.stringify(LOCK), 'models/model.lock.json')).toEqual({
    ok: true,
    value: { modelSha: 'feed', golden: { rows: LOCK.golden, tolerance: 1e-6 } },
  });
});

test.each([
  ['{', 'it does not hold a JSON object'],
  [{ ...LOCK, schema: 2 }, '"schema" is 2, and this Modelyard reads 1'],
  [{ ...LOCK, model: {} }, '"model.sha256" is missing'],
  [{ ...LOCK, tolerance: undefined }, '"tolerance" is missing'],
  [{ ...LOCK, golden: {} }, '"golden" is not a list'],
  [{ ...LOCK, golden: [{ row: {} }] }, 'an entry of "golden" lacks "row" or "expected"'],
])('a broken lock says what is wrong with it: %j', (source, fault) => {
  const result = parseModelLock(typeof source === 'string' ? source : JSON.stringify(source), 'models/model.lock.json');
  expect(result.ok ? '' : formatProblems(result.problems)).toBe(
    `bad-model-lock  models/model.lock.json: ${fault}\n          train again: training writes this file`,
  );
});

test('every answer is the same as itself, and stays so within the tolerance', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(number, fc.double({ min: -0.9, max: 0.9, noNaN: true }), (prediction, part) => {
      const off = prediction + part * 1e-6 * Math.max(1, Math.abs(prediction));
      expect(isSameAnswer({ prediction: off }, { prediction }, 1e-6)).toBe(true);
      expect(isSameAnswer({ prediction: prediction + 1 + Math.abs(prediction) }, { prediction }, 1e-6)).toBe(false);
    }),
  );
});

test.each([
  [{ prediction: 1 }, 'a part is missing'],
  [{ ...LOCK.golden[0]?.expected, more: 1 }, 'a part is added'],
  [[], 'it is a list'],
  [null, 'it is null'],
] as const)('an answer differs when it is %j: %s', (answer, _why) => {
  expect(isSameAnswer(answer, LOCK.golden[0]?.expected, 1)).toBe(false);
});

test('an answer of the wrong form is told as such', () => {
  expect(compareAnswers(undefined, LOCK.golden, 0)).toEqual(['the answer holds no list "predictions"']);
  expect(compareAnswers([], LOCK.golden, 0)).toEqual(['1 rows were sent, 0 predictions came back']);
});

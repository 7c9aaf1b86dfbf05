import { expect, test } from 'vitest';
import { evaluateArguments } from './executor.ts';

test('the gate of the spec becomes the arguments of the service', () => {
  const gate = { metric: 'mae', threshold: 3.5, margin: 0.1, lowerIsBetter: true };
  expect(evaluateArguments(gate, { against: 'origin/main' })).toEqual([
    '--metric=mae',
    '--threshold=3.5',
    '--margin=0.1',
    '--lower-is-better',
    '--against=origin/main',
  ]);
});

test('a spec without a gate only has its model measured', () => {
  expect(evaluateArguments(undefined, {})).toEqual([]);
  expect(evaluateArguments(undefined, { against: 1234567 })).toEqual(['--against=1234567']);
});

import { expect, test } from 'vitest';
import { parseQuantity } from './quantity.ts';

test.each([
  ['1', 1],
  ['250m', 0.25],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['2k', 2000],
  ['2E', 2e18],
  ['1Ei', 2 ** 60],
])('%s is a number with a suffix', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test.each([
  ['1e11', 1e11],
  ['8E9', 8e9],
  ['1.5e3', 1500],
  ['12e-3', 0.012],
  ['12E+3', 12_000],
])('%s is a number with an exponent', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test('a metric may come in millionths or billionths', () => {
  expect(parseQuantity('250000u')).toBeCloseTo(0.25);
  expect(parseQuantity('250000000n')).toBeCloseTo(0.25);
});

test('a sign may stand before it, and digits may be left out on one side of the point', () => {
  expect(['+5', '-5', '.5', '5.', '-.5Ki', '5.M'].map(parseQuantity)).toEqual([5, -5, 0.5, 5, -512, 5e6]);
});

test('what Kubernetes does not take is no quantity', () => {
  const texts = [undefined, '', '1e', '1e1.5', '1e3Gi', '1.1.M', '1i', '1K', '1mi', '1 Gi', ' 1', '1constructor', '0x10'];
  expect(texts.map(parseQuantity)).toEqual(texts.map(() => undefined));
});

test('without a digit it is none either, though Kubernetes reads that as 0', () => {
  expect(['.', '+', 'Gi'].map(parseQuantity)).toEqual([undefined, undefined, undefined]);
});

import { expect, test } from 'vitest';
import { categoryWarnings } from './category-warnings.ts';

const warningsOf = (...values: readonly string[]): readonly string[] =>
  categoryWarnings({
    target: 'y',
    task: 'classification',
    features: [
      { name: 'x', type: 'string', values, example: values[0] ?? '' },
      { name: 'n', type: 'number', example: 1 },
    ],
  });
const looks = (...values: readonly string[]) => warningsOf(...values)[0]?.match(/look like (.*), and/)?.[1];

test('a column of percentages that became a category is told, with what will be refused', () => {
  expect(warningsOf('5%', '10%')).toEqual([
    'column "x" is taken as a category of 2 texts, such as "5%": they look like amounts with a unit, and one that is not in the table will be refused; make numbers of them, or leave the column out',
  ]);
});

test('amounts with a currency, before or after, with separators and signs, are known', () => {
  for (const values of [
    ['€ 3', '€ 1.234,50'],
    ['$5', '-$3'],
    ['3 EUR', '1’000 CHF'],
    ['1,5 %', '+2 %'],
  ] as const)
    expect(looks(...values), values.join()).toBe('amounts with a unit');
});

test('dates with the name of a month, or a year of two digits, are known', () => {
  for (const values of [
    ['1 Mar 2026', '28 March 2026'],
    ['1. März 2026', '2. Dez. 26'],
    ['Mar 1, 2026', 'May 2nd 2026'],
    ['1-Jan-26', 'Feb 2026'],
    ['Mon, 2 Mar 2026', 'Tue, 3 Mar 2026'],
    ['3/1/26', '12/31/25'],
    ['1 Mar 2026 10:00', '2 Mar 2026 11:30'],
  ] as const)
    expect(looks(...values), values.join()).toBe('dates');
});

test('times of day are known', () => {
  expect(looks('07:30', '23:59:59')).toBe('times of day');
  expect(looks('7:30 am', '11:00 PM')).toBe('times of day');
});

test('names, codes, ranges and months alone are categories without a word', () => {
  for (const values of [
    ['red', 'green'],
    ['May', 'Mar'],
    ['18-25', '26-35'],
    ['A1', 'B2'],
    ['007', '010'],
    ['5%', 'unknown'],
    ['Model 2010', 'Model 2012'],
    ['v1.2.3', 'v1.2.4'],
    ['MARK 12', 'JUNK 99'],
    ['10.0.26', 'latest'],
  ] as const)
    expect(warningsOf(...values), values.join()).toEqual([]);
});

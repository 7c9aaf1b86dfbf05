import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { inferDataSchema, parseCsv } from './infer-data-schema.ts';

test('columns become integers, numbers and categories with an example', () => {
  const csv = 'age,income,city,bought\n31,1200.5,Oslo,yes\n45,-3.25,Bergen,no\n';
  expect(inferDataSchema(csv, 'bought', 'people.csv')).toEqual({
    ok: true,
    value: {
      target: 'bought',
      task: 'classification',
      classes: 2,
      features: [
        { name: 'age', type: 'integer', minimum: 0, example: 31 },
        { name: 'income', type: 'number', example: 1200.5 },
        { name: 'city', type: 'string', values: ['Bergen', 'Oslo'], example: 'Oslo' },
      ],
    },
  });
});

test('a target with many numeric values is a regression', () => {
  const rows = Array.from({ length: 30 }, (_, i) => `${i},${i * 1.5}`).join('\n');
  const schema = inferDataSchema(`x,price\n${rows}\n`, 'price', 'p.csv');
  expect(schema.ok && schema.value.task).toBe('regression');
});

test('an unknown target is refused with the nearest column', () => {
  const schema = inferDataSchema('a,churned\n1,0\n', 'churn', 'c.csv');
  expect(schema.ok ? '' : formatProblems(schema.problems)).toBe(
    `unknown-target  c.csv:1: there is no column "churn"
          did you mean "churned"? columns: a, churned`,
  );
});

test('a column of free text is refused', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `note ${i},${i % 2}`).join('\n');
  const schema = inferDataSchema(`note,y\n${rows}\n`, 'y', 'n.csv');
  expect(schema.ok ? '' : formatProblems(schema.problems)).toBe(
    `unusable-column  n.csv: column "note": it holds 60 different texts, too many for a category
          remove the column from the table, or turn it into numbers or fewer categories`,
  );
});

test('quotes, doubled quotes, commas in cells and CRLF are read as RFC 4180 says', () => {
  expect(parseCsv('a,b\r\n"x, y","say ""hi"""\r\n\r\n1,\r\n')).toEqual([
    ['a', 'b'],
    ['x, y', 'say "hi"'],
    ['1', ''],
  ]);
});

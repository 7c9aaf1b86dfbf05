import { expect, test } from 'vitest';
import { median } from './bench.ts';
import { formatTable } from './table.ts';

test('each figure stands beside its ratio to the anchor of the same run', () => {
  const table = {
    title: 'Size',
    anchor: 'theirs',
    columns: [{ name: 'size', unit: 'MB', digits: 0 }],
    rows: [
      { name: 'theirs', values: [900] },
      { name: 'ours', values: [300] },
      { name: 'absent', values: [null] },
    ],
  };
  expect(formatTable(table)).toBe(
    [
      '**Size**',
      '',
      '|                 | size, MB    |',
      '| --------------- | ----------- |',
      '| theirs (anchor) | 900         |',
      '| ours            | 300 (×0.33) |',
      '| absent          | –           |',
    ].join('\n'),
  );
});

test('the median of an even number of values is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
});

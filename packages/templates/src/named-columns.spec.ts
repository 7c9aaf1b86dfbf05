import { expect, test } from 'vitest';
import { columnsNamed } from './named-columns.ts';

test('a name that was split at its commas is put together again', () => {
  expect(columnsNamed(['a', ' b', 'c'], ['a, b', 'c'])).toEqual(['a, b', 'c']);
});

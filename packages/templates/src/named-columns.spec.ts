import { expect, test } from 'vitest';
import { columnNamed, columnsNamed } from './named-columns.ts';

test('a column whose name Nx took for a number is found by the number', () => {
  expect(columnNamed('1000', ['a', '1e3'])).toBe('1e3');
  expect(columnNamed('16', ['0x10', 'a'])).toBe('0x10');
  expect(columnNamed('1', ['a', '1.0'])).toBe('1.0');
  expect(columnsNamed(['1000', 'a'], ['a', '1e3', 'b'])).toEqual(['1e3', 'a']);
});

test('the column of exactly this name comes first, and between two of one number none is chosen', () => {
  expect(columnNamed('1000', ['1e3', '1000'])).toBe('1000');
  expect(columnNamed('1000', ['1e3', '1000.0'])).toBe('1000');
  expect(columnNamed('0', ['', ' ', 'a'])).toBe('0');
  expect(columnNamed('', ['0'])).toBe('');
});

test('a name that was split at its commas is put together again', () => {
  expect(columnsNamed(['a', ' b', 'c'], ['a, b', 'c'])).toEqual(['a, b', 'c']);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCsv } from './csv.ts';

const cellsOf = (text: string) => {
  const parsed = parseCsv(text, 't.csv');
  return parsed.ok ? parsed.value.map(({ cells }) => cells) : parsed.problems.map(({ where }) => where);
};

test('quotes, doubled quotes, commas in cells and CRLF are read as RFC 4180 says', () => {
  expect(cellsOf('a,b\r\n"x, y","say ""hi"""\r\n\r\n1,\r\n')).toEqual([
    ['a', 'b'],
    ['x, y', 'say "hi"'],
    ['1', ''],
  ]);
});

test('a last empty cell counts, with and without a line end after it', () => {
  expect(cellsOf('a,b\n1,')).toEqual([
    ['a', 'b'],
    ['1', ''],
  ]);
  expect(cellsOf('1,\n')).toEqual([['1', '']]);
});

test('a quote inside an unquoted cell is a character', () => {
  expect(cellsOf('size\n5" pipe\n')).toEqual([['size'], ['5" pipe']]);
});

test('records know the line that they start in, also after a cell of several lines', () => {
  const parsed = parseCsv('a,b\n"one\ntwo",1\n\n3,4\n', 't.csv');
  expect(parsed.ok && parsed.value.map(({ line }) => line)).toEqual([1, 2, 5]);
});

test('a quote that is not closed, or with text after it, is a problem with its line', () => {
  expect(cellsOf('a\n1\n"open\n2\n')).toEqual(['t.csv:3']);
  expect(cellsOf('a\n"x"y\n')).toEqual(['t.csv:2']);
});

test('what is written as CSV is read back', () => {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const table = fc.array(
    fc.array(fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ';', ' ') }), { minLength: 2, maxLength: 4 }),
  );
  fc.assert(
    fc.property(table, (rows) => {
      expect(cellsOf(rows.map((row) => row.map(quote).join(',')).join('\r\n'))).toEqual(rows);
    }),
  );
});

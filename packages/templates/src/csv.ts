import { fail, type Problem, type Result, succeed } from '@modelyard/core';

/** One record of a CSV table, and the line of the file that it starts in. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The records of a CSV text (RFC 4180): quoted cells, doubled quotes and every line end are understood, empty lines are left out.
 * It is as strict as the training is: a quote that is never closed, or with text after it, is a problem.
 */
export function parseCsv(text: string, file: string): Result<CsvRecord[]> {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let [at, line, start] = [text.startsWith('\uFEFF') ? 1 : 0, 1, 1];
  while (at < text.length) {
    const cell = readCell(text, at);
    if (!cell.ok) return fail(badQuote(`${file}:${line + lineEnds(text.slice(at, cell.at))}`));
    cells.push(cell.text);
    line += lineEnds(text.slice(at, cell.end));
    at = cell.end;
    if (text[at] === ',') {
      at++;
      if (at < text.length) continue;
      cells.push('');
    }
    if (cells.length > 1 || cells[0] !== '') records.push({ line: start, cells });
    cells = [];
    at += text.startsWith('\r\n', at) ? 2 : 1;
    start = ++line;
  }
  return succeed(records);
}

type Cell = { readonly ok: true; readonly text: string; readonly end: number } | { readonly ok: false; readonly at: number };

const CELL_END = /[,\r\n]/g;

/** The cell that starts at a place, and the place of the comma or line end after it. A quote inside an unquoted cell is a character. */
function readCell(text: string, start: number): Cell {
  if (text[start] !== '"') {
    const end = nextEnd(text, start);
    return { ok: true, text: text.slice(start, end), end };
  }
  let close = text.indexOf('"', start + 1);
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close === -1) return { ok: false, at: start };
  if (nextEnd(text, close + 1) !== close + 1) return { ok: false, at: close };
  return { ok: true, text: text.slice(start + 1, close).replaceAll('""', '"'), end: close + 1 };
}

function nextEnd(text: string, from: number): number {
  CELL_END.lastIndex = from;
  return CELL_END.exec(text)?.index ?? text.length;
}

const lineEnds = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;

const badQuote = (where: string): Problem => ({
  code: 'bad-csv',
  where,
  what: 'a quoted cell is not closed, or goes on after its closing quote',
  remedy: 'double each quote inside a quoted cell: "say ""hi"""',
});

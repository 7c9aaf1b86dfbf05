import type { Row, RowState } from './rows.ts';
import { count, type Paint, painter, type TextStyle } from './style.ts';

/** How much room a table has. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
}

const STATE_WIDTH = 12;
const TIME_WIDTH = 7;
const LONGEST_NAME = 32;
/** The foot, and the line on which the cursor stands. */
const BESIDE_ROWS = 2;
const ENDED: ReadonlySet<RowState> = new Set(['done', 'failed', 'stopped']);
const COLOURS = { done: 'green', failed: 'red', stopped: 'yellow', 'rolling back': 'yellow', queued: 'dim' } as const;
/** What a table shows first when it cannot show all. */
const URGENCY: readonly (readonly RowState[])[] = [
  ['failed'],
  ['rolling back', 'rolling out', 'proving', 'applying', 'loading', 'checking'],
  ['stopped'],
  ['queued'],
  ['done'],
];

/** The lines of a table: as many rows as there is room for, the urgent ones first, and a foot that counts all. */
export function formatTable(rows: readonly Row[], startedMs: number, nowMs: number, room: Room, style: TextStyle): string[] {
  const paint = painter(style);
  const nameWidth = Math.min(LONGEST_NAME, Math.max(...rows.map(({ service }) => service.length)));
  const shown = chooseRows(rows, Math.max(1, room.rows - BESIDE_ROWS));
  const lines = shown.map((row) => formatRow(row, nowMs, nameWidth, room.columns, paint));
  return [...lines, cut(footOf(rows, shown.length, nowMs - startedMs), room.columns)];
}

function chooseRows(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  return URGENCY.flatMap((states) => rows.filter(({ state }) => states.includes(state))).slice(0, most);
}

function formatRow(row: Row, nowMs: number, nameWidth: number, columns: number, paint: Paint): string {
  const { service, state, sinceMs, cause } = row;
  const name = cut(service, nameWidth + 1).padEnd(nameWidth);
  const time = ENDED.has(state) ? '' : duration(nowMs - sinceMs);
  const head = `${name}  ${state.padEnd(STATE_WIDTH)} ${time.padStart(TIME_WIDTH)}  `;
  const line = cut(`${head}${printable(cause)}`, columns);
  const colour = COLOURS[state as keyof typeof COLOURS];
  return colour === undefined ? line : line.replace(state, () => paint(colour, state));
}

function footOf(rows: readonly Row[], shown: number, elapsedMs: number): string {
  const number = (...states: RowState[]) => rows.filter(({ state }) => states.includes(state)).length;
  const parts = [
    [number('done'), 'done'],
    [number(...(URGENCY[1] as RowState[])), 'under way'],
    [number('queued'), 'queued'],
    [number('failed'), 'failed'],
    [number('stopped'), 'stopped'],
  ] as const;
  const said = parts.filter(([amount]) => amount > 0).map(([amount, what]) => `${amount} ${what}`);
  const hidden = rows.length - shown;
  return `${count(rows.length, 'service')}: ${said.join(', ')}${hidden > 0 ? `; ${hidden} not shown` : ''}  (${duration(elapsedMs)})`;
}

/** `12 s`, `3m05s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

/** Messages come from containers too, and must not move the cursor. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();

/** A text that stays below a width, with room for the cursor; what may be a wide sign counts double. */
export function cut(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const sign of text) {
    width += (sign.codePointAt(0) ?? 0) > 0x2ff ? 2 : 1;
    if (width >= columns) return kept.trimEnd();
    kept += sign;
  }
  return kept.trimEnd();
}

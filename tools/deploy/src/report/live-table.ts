import { stripVTControlCharacters } from 'node:util';
import type { DeployEvent } from './events.ts';
import { nextRow, queuedRow, type Row } from './rows.ts';
import type { TextStyle } from './style.ts';
import { formatTable, type Room } from './table.ts';

/** A terminal that can be drawn on. */
export interface Screen {
  /** Its size now. */
  room(): Room;
  write(text: string): void;
  /** Calls after each change of size until it is told to stop. */
  onResize(action: () => void): () => void;
}

export interface LiveTable {
  report(event: DeployEvent, service?: string): void;
  /** A line above the table, which stays. */
  print(line: string): void;
  /** Leaves the screen to an action, as to a question and its answer, which the next drawing would wipe away. */
  aside<T>(action: () => Promise<T>): Promise<T>;
  /** Draws the last state and leaves it there. */
  close(): void;
}

interface TableClock {
  nowMs(): number;
  every(ms: number, action: () => void): () => void;
}

const DRAW_MS = 100;
const SECOND_MS = 1_000;

/**
 * A table of services that is drawn again in its place. The cursor rests below it and nothing of the terminal is switched, so
 * that a process that is killed leaves nothing to put back.
 */
export function openLiveTable(services: readonly string[], screen: Screen, clock: TableClock, style: TextStyle): LiveTable {
  const startedMs = clock.nowMs();
  const rows = new Map<string, Row>(services.map((service) => [service, queuedRow(service, startedMs)]));
  let drawn: readonly string[] = [];
  let drawnMs = Number.NEGATIVE_INFINITY;
  let isStale = true;
  let isAside = false;
  const draw = (above = ''): void => {
    const lines = isAside ? [] : formatTable([...rows.values()], startedMs, clock.nowMs(), screen.room(), style);
    screen.write(`${eraser(drawn, screen.room().columns)}${above}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines;
    drawnMs = clock.nowMs();
    isStale = false;
  };
  const stopClock = clock.every(DRAW_MS, () => {
    if (!isAside && (isStale || clock.nowMs() - drawnMs >= SECOND_MS)) draw();
  });
  const stopResize = screen.onResize(() => draw());
  return {
    report: (event, service) => {
      const row = rows.get(service ?? '');
      if (!row) return;
      rows.set(row.service, nextRow(row, event, clock.nowMs()));
      isStale = true;
    },
    print: (line) => draw(`${line}\n`),
    aside: async (action) => {
      isAside = true;
      draw();
      try {
        return await action();
      } finally {
        isAside = false;
        draw();
      }
    },
    close: () => {
      stopClock();
      stopResize();
      draw();
    },
  };
}

/** Goes back to the first line that was drawn and clears all below. A terminal that became narrower has broken long lines in two. */
function eraser(drawn: readonly string[], columns: number): string {
  const height = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)), 0);
  return height === 0 ? '' : `\r\u001b[${height}A\u001b[J`;
}

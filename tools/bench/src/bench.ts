import type { AtEnd } from './teardown.ts';

/** A comparison that is measured in one run on one machine. */
export interface Bench {
  readonly name: string;
  /** One line for --help. */
  readonly about: string;
  /** Runs it; progress goes to `log`, the figures come back. `args` are its own options; what it starts, `atEnd` stops. */
  run(log: (line: string) => void, args: readonly string[], atEnd: AtEnd): Promise<BenchTable[]>;
}

export interface BenchTable {
  readonly title: string;
  /** The row that the others are compared with. */
  readonly anchor: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column {
  readonly name: string;
  readonly unit: string;
  readonly digits: number;
}

export interface Row {
  readonly name: string;
  /** One value for each column; null where it was not measured. */
  readonly values: readonly (number | null)[];
}

/** The middle value, or the mean of the two middle ones; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? (sorted[Math.floor(middle)] as number) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

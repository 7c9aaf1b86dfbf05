import type { BenchTable, Column } from './bench.ts';

/** A table in Markdown; beside each value stands its ratio to the anchor's. */
export function formatTable(table: BenchTable): string {
  const anchor = table.rows.find(({ name }) => name === table.anchor);
  if (!anchor) throw new Error(`${table.title}: there is no row "${table.anchor}"`);
  const header = ['', ...table.columns.map(({ name, unit }) => `${name}, ${unit}`)];
  const rows = table.rows.map(({ name, values }) => [
    name === table.anchor ? `${name} (anchor)` : name,
    ...values.map((value, index) =>
      cell(value, name === table.anchor ? null : (anchor.values[index] ?? null), table.columns[index] as Column),
    ),
  ]);
  const widths = header.map((_, index) => Math.max(...[header, ...rows].map((row) => (row[index] ?? '').length)));
  const line = (row: readonly string[]) => `| ${row.map((text, index) => text.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [`**${table.title}**`, '', line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function cell(value: number | null, anchor: number | null, { digits }: Column): string {
  if (value === null) return '–';
  return anchor === null || anchor === 0 ? value.toFixed(digits) : `${value.toFixed(digits)} (×${(value / anchor).toPrecision(2)})`;
}

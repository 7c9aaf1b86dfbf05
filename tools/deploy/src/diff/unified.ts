const CONTEXT_LINES = 3;

type Line = { readonly mark: ' ' | '-' | '+'; readonly text: string };

/** The difference of two texts as `diff -u` writes it, without a header; nothing when they are equal. */
export function unifiedDiff(before: readonly string[], after: readonly string[]): string[] {
  const lines = alignLines(before, after);
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1).some((line) => line.mark !== ' '),
  );
  const shown: string[] = [];
  let [beforeLine, afterLine] = [1, 1];
  for (const [index, line] of lines.entries()) {
    if (isNear[index] && !isNear[index - 1]) shown.push(hunkHeader(lines, isNear, index, beforeLine, afterLine));
    if (isNear[index]) shown.push(`${line.mark}${line.text}`);
    if (line.mark !== '+') beforeLine++;
    if (line.mark !== '-') afterLine++;
  }
  return shown;
}

function hunkHeader(lines: readonly Line[], isNear: readonly boolean[], start: number, beforeLine: number, afterLine: number): string {
  const end = isNear.findIndex((near, index) => index > start && !near);
  const hunk = lines.slice(start, end < 0 ? lines.length : end);
  const side = (first: number, other: Line['mark']): string => {
    const count = hunk.filter((line) => line.mark !== other).length;
    return `${count === 0 ? first - 1 : first},${count}`;
  };
  return `@@ -${side(beforeLine, '+')} +${side(afterLine, '-')} @@`;
}

/** The longest common lines of both, with what only one has around them; removed lines come before added ones. */
function alignLines(before: readonly string[], after: readonly string[]): Line[] {
  const common = commonLengths(before, after);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i] as string });
      i++;
      j++;
    } else if (i < before.length && (j === after.length || lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1))) {
      lines.push({ mark: '-', text: before[i++] as string });
    } else lines.push({ mark: '+', text: after[j++] as string });
  }
  return lines;
}

const lengthAt = (common: readonly Uint32Array[], i: number, j: number): number => common[i]?.[j] ?? 0;

/** `[i][j]`: how many lines the rests from i and from j have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = table[i] as Uint32Array;
      row[j] = before[i] === after[j] ? lengthAt(table, i + 1, j + 1) + 1 : Math.max(lengthAt(table, i + 1, j), lengthAt(table, i, j + 1));
    }
  }
  return table;
}

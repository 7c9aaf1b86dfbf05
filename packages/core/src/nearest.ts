/** The number of single-character edits between two words (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The beginning of a remedy that offers the nearest known word, as it would be written; empty when all are far. */
export function didYouMean(word: string, known: readonly string[], written = (nearest: string): string => `"${nearest}"`): string {
  const nearest = nearestWord(word, known);
  return nearest ? `did you mean ${written(nearest)}? ` : '';
}

/** The known word closest to the given one, or undefined when none is within half its length. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 2)) ? best.candidate : undefined;
}

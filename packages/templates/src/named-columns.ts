/** The columns that are named. Nx splits a name at its commas: neighbours that are a column only together are put together again. */
export function columnsNamed(named: readonly string[], header: readonly string[]): string[] {
  const names: string[] = [];
  for (let at = 0; at < named.length; ) {
    const ends = Array.from({ length: named.length - at }, (_, more) => at + more + 1);
    const end = ends.find((end) => header.includes(named.slice(at, end).join(','))) ?? at + 1;
    names.push(named.slice(at, end).join(','));
    at = end;
  }
  return names;
}

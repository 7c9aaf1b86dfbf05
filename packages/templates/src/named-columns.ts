/** The column that is meant by a name. Nx takes 1e3 for a number and hands over 1000: then it is the one column that is this number. */
export function columnNamed(name: string, header: readonly string[]): string {
  if (header.includes(name) || name.trim() === '' || !Number.isFinite(Number(name))) return name;
  const same = header.filter((column) => column.trim() !== '' && Number(column) === Number(name));
  return same.length === 1 ? (same[0] as string) : name;
}

/** The columns that are named. Nx splits a name at its commas: neighbours that are a column only together are put together again. */
export function columnsNamed(named: readonly string[], header: readonly string[]): string[] {
  const names: string[] = [];
  for (let at = 0; at < named.length; ) {
    const ends = Array.from({ length: named.length - at }, (_, more) => at + more + 1);
    const end = ends.find((end) => header.includes(named.slice(at, end).join(','))) ?? at + 1;
    names.push(columnNamed(named.slice(at, end).join(','), header));
    at = end;
  }
  return names;
}

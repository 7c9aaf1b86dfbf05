/** A longer list of values would not fit into an address. */
const MOST_VALUES = 40;

/** Selects objects by one label: those with one of the values, or all that bear the label when there are too many values to name. */
export function selectorOf(label: string, values: readonly string[]): string {
  if (values.length === 1) return `${label}=${values[0]}`;
  return values.length <= MOST_VALUES ? `${label} in (${values.join(',')})` : label;
}

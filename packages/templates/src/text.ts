/** A text inside a cell of a Markdown table, where "|" and a line end would close the cell. */
export const markdownCell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

/** A text as one word of a POSIX shell. */
export const shellText = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

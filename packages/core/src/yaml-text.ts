import { stringify } from 'yaml';

/** Blanks at an end, and what YAML 1.1 or 1.2 takes for the end of a line. */
const NOT_PLAIN = /^\s|\s$|[\n\r\u0085\u2028\u2029]/;
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** A text as one YAML value: in quotes wherever YAML 1.1 or 1.2 would read a truth value, a number or null instead (`no`, `on`, `1e3`). */
export function yamlText(text: string): string {
  if (NOT_PLAIN.test(text))
    return JSON.stringify(text).replace(LINE_ENDS, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return stringify(text, { compat: 'yaml-1.1', lineWidth: 0 }).replace(/\n$/, '');
}

import { stringify } from 'yaml';

/** A text as one YAML value: in quotes wherever YAML 1.1 or 1.2 would read a truth value, a number or null instead (`no`, `on`, `1e3`). */
export function yamlText(text: string): string {
  if (/[\n\r]/.test(text)) return JSON.stringify(text);
  return stringify(text, { compat: 'yaml-1.1', lineWidth: 0 }).trimEnd();
}

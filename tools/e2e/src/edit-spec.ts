import { readFileSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/** Sets one value in a YAML file, runs the action, and puts the file back as it was. */
export async function withSpecValue<T>(file: string, path: readonly string[], value: unknown, action: () => Promise<T>): Promise<T> {
  const text = readFileSync(file, 'utf8');
  const document = parseDocument(text);
  document.setIn(path, value);
  writeFileSync(file, String(document));
  try {
    return await action();
  } finally {
    writeFileSync(file, text);
  }
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WorkspaceSink } from './scaffold.ts';

/** A sink that writes below a folder on disk; folders are made as needed. */
export function diskSink(root: string): WorkspaceSink {
  const write = (path: string, content: string | Uint8Array, mode: number) => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
  };
  return {
    exists: (path) => existsSync(join(root, path)),
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
    write,
    writeBytes: (path, bytes) => write(path, bytes, 0o644),
  };
}

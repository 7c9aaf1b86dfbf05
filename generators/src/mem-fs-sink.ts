import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspaceSink } from '@modelyard/standards';

/** The part of Yeoman's `this.fs` (mem-fs-editor) that a sink needs; its paths are absolute. */
export interface MemFs {
  exists(path: string): boolean;
  read(path: string, options?: { defaults: string }): string | null;
  write(path: string, content: string | Buffer): unknown;
}

/** Yeoman's in-memory files as a sink below a folder. */
export function memFsSink(fs: MemFs, root: string): WorkspaceSink {
  return {
    // Yeoman knows files alone; a folder on the disk is in the way, too.
    exists: (path) => fs.exists(join(root, path)) || existsSync(join(root, path)),
    read: (path) => (fs.exists(join(root, path)) ? (fs.read(join(root, path)) ?? undefined) : undefined),
    write: (path, text) => void fs.write(join(root, path), text),
    writeBytes: (path, bytes) => void fs.write(join(root, path), Buffer.from(bytes)),
  };
}

import type { WorkspaceSink } from '@modelyard/standards';
import type { Tree } from '@nx/devkit';

/** An Nx Tree as a sink; nothing reaches the disk before Nx writes the tree. */
export function treeSink(tree: Tree): WorkspaceSink {
  return {
    exists: (path) => tree.exists(path),
    read: (path) => tree.read(path, 'utf-8') ?? undefined,
    write: (path, text, mode) => tree.write(path, text, { mode }),
    writeBytes: (path, bytes) => tree.write(path, Buffer.from(bytes)),
  };
}

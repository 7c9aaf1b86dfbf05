import { ProblemError, WORKSPACE_FILE } from '@modelyard/core';
import type { Tree } from '@nx/devkit';

/** Throws a ProblemError when the tree is no Modelyard workspace. */
export function requireWorkspace(tree: Tree, command: string): void {
  if (tree.exists(WORKSPACE_FILE)) return;
  throw new ProblemError([
    {
      code: 'no-workspace',
      where: command,
      what: `there is no ${WORKSPACE_FILE} at the root of this workspace`,
      remedy: 'add it with "npx nx g @modelyard/nx:init", or make a new workspace with "npm create modelyard@latest"',
    },
  ]);
}

/** A folder of the workspace as Nx writes it: "/" and no dot in front. */
export const normalizeDirectory = (directory: string): string => directory.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');

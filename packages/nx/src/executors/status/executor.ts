import { unwrap } from '@modelyard/core';
import { formatStatus, loadTarget, readStatus, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal, questionOf } from '../../terminal.ts';

/** Shows what of the service runs in an environment. */
export default function status(options: { readonly environment?: string }, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const terminal = executorTerminal();
    const target = unwrap(await loadTarget(questionOf(projectOf(context), options.environment)));
    terminal.print(formatStatus(await readStatus(target, terminalWorld(terminal)), { colours: terminal.colours }));
    return true;
  });
}

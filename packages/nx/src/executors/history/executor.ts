import { unwrap } from '@modelyard/core';
import { formatHistory, loadTarget, readHistory, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal, questionOf } from '../../terminal.ts';

/** Lists the revisions of the service, the latest first. */
export default function history(options: { readonly environment?: string }, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const terminal = executorTerminal();
    const target = unwrap(await loadTarget(questionOf(projectOf(context), options.environment)));
    terminal.print(formatHistory(target.service, await readHistory(target, terminalWorld(terminal)), terminal));
    return true;
  });
}

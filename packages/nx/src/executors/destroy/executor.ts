import { unwrap } from '@modelyard/core';
import { destroyService, loadTarget, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal, questionOf } from '../../terminal.ts';

export interface DestroyOptions {
  readonly environment?: string;
  readonly yes?: boolean;
  readonly waitForLock?: number;
}

/** Deletes the service's objects from an environment. */
export default function destroy(options: DestroyOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const target = unwrap(await loadTarget(questionOf(projectOf(context), options.environment)));
    const lock = options.waitForLock === undefined ? {} : { lockWaitSeconds: options.waitForLock };
    await destroyService({ ...target, ...lock, yes: options.yes ?? false }, terminalWorld(executorTerminal()));
    return true;
  });
}

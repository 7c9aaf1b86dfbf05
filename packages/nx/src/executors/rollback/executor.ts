import { unwrap } from '@modelyard/core';
import { loadTarget, rollbackService, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal, questionOf } from '../../terminal.ts';

export interface RollbackOptions {
  readonly environment?: string;
  readonly to?: number;
  readonly yes?: boolean;
  readonly waitForLock?: number;
  readonly timeoutSeconds?: number;
}

/** Brings an earlier revision of the service back and waits for it. */
export default function rollback(options: RollbackOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const { environment, yes, waitForLock, ...rest } = options;
    const target = unwrap(await loadTarget(questionOf(projectOf(context), environment)));
    const lock = waitForLock === undefined ? {} : { lockWaitSeconds: waitForLock };
    await rollbackService({ ...target, ...rest, ...lock, yes: yes ?? false }, terminalWorld(executorTerminal()));
    return true;
  });
}

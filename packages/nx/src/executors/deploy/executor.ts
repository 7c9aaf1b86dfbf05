import { unwrap } from '@modelyard/core';
import { deployService, loadDeployRequest, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal, questionOf } from '../../terminal.ts';

export interface DeployOptions {
  readonly environment?: string;
  readonly image?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly timeoutSeconds?: number;
}

/** Deploys the service and proves it with its golden predictions. */
export default function deploy(options: DeployOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const { environment, ...rest } = options;
    const request = unwrap(await loadDeployRequest({ ...questionOf(projectOf(context), environment), ...rest }));
    await deployService(request, terminalWorld(executorTerminal()));
    return true;
  });
}

import { unwrap } from '@modelyard/core';
import { deployService, loadDeployRequest, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal } from '../../terminal.ts';
import { deployQuestionOf, parseDeployOptions } from './deploy-options.ts';

/** Deploys the service and proves it with its golden predictions. */
export default function deploy(given: Readonly<Record<string, unknown>>, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const options = unwrap(parseDeployOptions(given));
    const request = unwrap(await loadDeployRequest(deployQuestionOf(projectOf(context), options)));
    await deployService(request, terminalWorld(executorTerminal()));
    return true;
  });
}

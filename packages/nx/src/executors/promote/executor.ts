import { unwrap } from '@modelyard/core';
import { deployService, loadPromotion, promotedRequest, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal } from '../../terminal.ts';
import { type DeployOptions, deployQuestionOf } from '../deploy/deploy-options.ts';

export interface PromoteOptions extends Omit<DeployOptions, 'environment' | 'image'> {
  readonly from: string;
  readonly to: string;
}

/** Deploys what is live and proved in one environment to another. */
export default function promote({ from, to, ...options }: PromoteOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const question = deployQuestionOf(projectOf(context), { ...options, environment: to });
    const world = terminalWorld(executorTerminal());
    await deployService(await promotedRequest(unwrap(await loadPromotion({ ...question, from })), world), world);
    return true;
  });
}

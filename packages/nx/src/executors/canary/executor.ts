import { unwrap } from '@modelyard/core';
import { abortCanary, formatCanary, loadDeployRequest, loadTarget, promoteCanary, readCanary, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal, questionOf } from '../../terminal.ts';
import { type DeployOptions, deployQuestionOf } from '../deploy/deploy-options.ts';

export interface CanaryOptions extends Omit<DeployOptions, 'dryRun' | 'rollback'> {
  readonly action?: 'status' | 'promote' | 'abort';
}

/** Shows how far the canary of the service is, or ends it. */
export default function canary(options: CanaryOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const { action = 'status', ...rest } = options;
    const project = projectOf(context);
    const terminal = executorTerminal();
    const world = terminalWorld(terminal);
    if (action === 'promote') {
      await promoteCanary(unwrap(await loadDeployRequest(deployQuestionOf(project, rest))), world);
      return true;
    }
    const target = unwrap(await loadTarget(questionOf(project, rest.environment)));
    if (action === 'status') terminal.print(formatCanary(await readCanary(target, world)));
    else await abortCanary({ ...target, ...abortOptions(rest) }, world);
    return true;
  });
}

const abortOptions = ({ yes = false, timeoutSeconds, waitForLock }: Omit<CanaryOptions, 'action'>) => ({
  yes,
  ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  ...(waitForLock === undefined ? {} : { lockWaitSeconds: waitForLock }),
});

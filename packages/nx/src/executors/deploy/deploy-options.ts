import type { DeployQuestion } from '@modelyard/deploy';
import type { Project } from '../../project.ts';
import { questionOf } from '../../terminal.ts';

export interface DeployOptions {
  readonly environment?: string;
  readonly image?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly rollback?: boolean;
  readonly waitForLock?: number;
  readonly timeoutSeconds?: number;
}

/** What the options of the target say, in the words of the deploy library. */
export function deployQuestionOf(project: Project, options: DeployOptions): DeployQuestion {
  const { environment, rollback, waitForLock, ...rest } = options;
  return {
    ...questionOf(project, environment),
    ...rest,
    noRollback: rollback === false,
    ...(waitForLock === undefined ? {} : { lockWaitSeconds: waitForLock }),
  };
}

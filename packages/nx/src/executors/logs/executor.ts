import { unwrap } from '@modelyard/core';
import { loadTarget, readLogs, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal, questionOf } from '../../terminal.ts';

export interface LogsOptions {
  readonly environment?: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly tail: number;
}

/** Prints the logs of the service's pods, each line with its pod. */
export default function logs(options: LogsOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const { environment, tail: lines, previous, follow } = options;
    const terminal = executorTerminal();
    const target = unwrap(await loadTarget(questionOf(projectOf(context), environment)));
    const write = (pod: string, line: string) => terminal.print(`${pod} ${line}`);
    await readLogs({ ...target, lines, previous, follow }, terminalWorld(terminal), write);
    return true;
  });
}

import { unwrap } from '@modelyard/core';
import { diffService, formatDiff, loadDeployRequest, type Note, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { executorTerminal, questionOf } from '../../terminal.ts';

export interface DiffOptions {
  readonly environment?: string;
  readonly image?: string;
}

/** Shows what a deploy would change. A change is no failure here: `modelyard diff` tells it by its exit code. */
export default function diff(options: DiffOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const terminal = executorTerminal();
    const image = options.image === undefined ? {} : { image: options.image };
    const request = unwrap(await loadDeployRequest({ ...questionOf(projectOf(context), options.environment), ...image }));
    const notes: Note[] = [];
    const objects = await diffService(request, terminalWorld(terminal), (note) => notes.push(note));
    terminal.print(formatDiff(request.service, objects, terminal, notes));
    return true;
  });
}

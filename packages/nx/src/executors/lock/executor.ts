import { lockRequirements } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf, pythonWorldOf, serviceFolderOf } from '../../project.ts';

export interface LockOptions {
  readonly upgrade?: boolean;
}

/** Resolves the service's requirements into hashed locks. */
export default function lock(options: LockOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    await lockRequirements(serviceFolderOf(project), pythonWorldOf(project), { upgrade: options.upgrade ?? false });
    return true;
  });
}

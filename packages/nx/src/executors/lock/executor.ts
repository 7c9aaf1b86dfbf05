import { lockRequirements } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf, pythonWorldOf, serviceFolderOf } from '../../project.ts';
import { sharedPackagesOf } from '../../shared-packages.ts';

export interface LockOptions {
  readonly upgrade?: boolean;
}

/** Resolves the requirements of a service or shared package, and those of the shared packages it needs, into hashed locks. */
export default function lock(options: LockOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    const shared = sharedPackagesOf(project, context);
    await lockRequirements(serviceFolderOf(project), pythonWorldOf(project), { upgrade: options.upgrade ?? false, shared });
    return true;
  });
}

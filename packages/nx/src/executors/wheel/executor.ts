import { buildWheel } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf, pythonWorldOf, serviceFolderOf } from '../../project.ts';

/** Builds the wheel of a shared package into its dist/. */
export default function wheel(_options: object, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    console.log(`built ${await buildWheel(serviceFolderOf(project), pythonWorldOf(project))}`);
    return true;
  });
}

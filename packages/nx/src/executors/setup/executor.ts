import { setUpEnvironment } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf, pythonWorldOf, serviceFolderOf } from '../../project.ts';

/** Makes the service's .venv hold what its lock files say. */
export default function setup(_options: object, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    const outcome = await setUpEnvironment(serviceFolderOf(project), pythonWorldOf(project));
    console.log(outcome === 'current' ? `${project.name}/.venv is current` : `${project.name}/.venv is ready`);
    return true;
  });
}

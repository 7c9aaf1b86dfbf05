import { setUpEnvironment, vendorWheels } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf, pythonWorldOf, serviceFolderOf } from '../../project.ts';
import { sharedPackagesOf } from '../../shared-packages.ts';

/** Makes .venv hold what the lock files say, and the wheels of the shared packages, which it copies into vendor/. */
export default function setup(_options: object, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    const service = serviceFolderOf(project);
    vendorWheels(service, sharedPackagesOf(project, context));
    const outcome = await setUpEnvironment(service, pythonWorldOf(project));
    console.log(outcome === 'current' ? `${project.name}/.venv is current` : `${project.name}/.venv is ready`);
    return true;
  });
}

import { runModule } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf, pythonWorldOf, serviceFolderOf } from '../../project.ts';

export interface PythonOptions {
  readonly module: string;
  readonly args?: string | readonly string[];
}

/** Runs a Python module in the service's environment; fails when the module does. */
export default function python(options: PythonOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    const code = await runModule(serviceFolderOf(project), options.module, argumentsOf(options.args), pythonWorldOf(project));
    return code === 0;
  });
}

function argumentsOf(args: PythonOptions['args']): readonly string[] {
  return typeof args === 'string' ? args.split(/\s+/).filter((arg) => arg !== '') : (args ?? []);
}

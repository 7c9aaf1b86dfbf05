import { existsSync } from 'node:fs';
import { ProblemError } from '@modelyard/core';
import { pythonOf } from './environment.ts';
import { runProcess } from './run-process.ts';
import type { PythonWorld } from './uv.ts';
import type { ServiceFolder } from './uv-run.ts';

/** Runs `python -m MODULE ARGS` in the service's own environment and folder, output shown; returns its exit code. */
export async function runModule(service: ServiceFolder, module: string, args: readonly string[], world: PythonWorld): Promise<number> {
  const command = pythonOf(service, world.isWindows);
  if (!existsSync(command)) {
    throw new ProblemError([
      { code: 'no-environment', where: service.name, what: 'it has no .venv', remedy: `make it with "npx nx run ${service.name}:setup"` },
    ]);
  }
  const { code } = await runProcess({ command, args: ['-m', module, ...args], cwd: service.directory, env: world.env, output: 'inherit' });
  return code;
}

import { join } from 'node:path';
import { unwrap } from '@modelyard/core';
import { type PythonWorld, pythonOf, runProcess, type ServiceFolder, setUpEnvironment } from '@modelyard/python';
import { diskSink, scaffoldService } from '@modelyard/standards';
import { type GivenAnswers, parseModelServiceAnswers } from '@modelyard/templates';

/** Without bytecode each start would compile every package again. */
const { PYTHONDONTWRITEBYTECODE: _, ...ENVIRONMENT } = process.env;

/** What a Python of the bench needs from the world. */
export const pythonWorld = (workspace: string, log: (line: string) => void): PythonWorld => ({
  workspace,
  env: ENVIRONMENT,
  isWindows: process.platform === 'win32',
  log,
});

/** A service "churn" with its environment and model, in the folder `churn` below `directory`. */
export async function trainedService(directory: string, given: GivenAnswers, world: PythonWorld): Promise<ServiceFolder> {
  const answers = unwrap(parseModelServiceAnswers({ ...given, name: 'churn' }, 'bench'));
  scaffoldService(diskSink(directory), answers.name, answers);
  const service = { name: answers.name, directory: join(directory, answers.name), python: answers.python };
  await trainService(service, world);
  return service;
}

/** Installs what the service's locks name, and trains its model. */
export async function trainService(service: ServiceFolder, world: PythonWorld): Promise<void> {
  await setUpEnvironment(service, world);
  // Captured: standard output belongs to the figures.
  const command = { command: pythonOf(service, world.isWindows), args: ['-m', 'src.train'], cwd: service.directory, env: world.env };
  const { code, output } = await runProcess({ ...command, output: 'capture' });
  if (code !== 0) throw new Error(`training in ${service.directory} ended with ${code}\n${output}`);
}

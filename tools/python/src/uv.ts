import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError, UV_VERSION } from '@modelyard/core';
import { lastLines, type ProcessOutcome, runProcess } from './run-process.ts';

/** What every call into Python needs from the world above. */
export interface PythonWorld {
  readonly workspace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isWindows: boolean;
  readonly log: (line: string) => void;
}

/** Path of an executable inside a virtual environment. */
export function venvExecutable(venv: string, name: string, isWindows: boolean): string {
  return isWindows ? join(venv, 'Scripts', `${name}.exe`) : join(venv, 'bin', name);
}

/**
 * The uv to use: MODELYARD_UV, then PATH, then the workspace's own below .modelyard/tools, which is installed
 * there with pip when it is missing. Throws a ProblemError when none of these works.
 */
export async function findUv(world: PythonWorld): Promise<string> {
  const given = world.env.MODELYARD_UV;
  if (given !== undefined) return given;
  if ((await capture('uv', ['--version'], world)).code === 0) return 'uv';
  const venv = join(world.workspace, '.modelyard', 'tools', `uv-${UV_VERSION}`);
  const uv = venvExecutable(venv, 'uv', world.isWindows);
  if (!existsSync(uv)) await installUv(venv, world);
  return uv;
}

async function installUv(venv: string, world: PythonWorld): Promise<void> {
  const python = await findSystemPython(world);
  world.log(`installing uv ${UV_VERSION} into .modelyard/tools (none on PATH)`);
  const made = python === undefined ? undefined : await capture(python, ['-m', 'venv', venv], world);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `uv==${UV_VERSION}`];
  const installed = made?.code === 0 ? await capture(venvExecutable(venv, 'python', world.isWindows), pip, world) : made;
  if (installed?.code === 0) return;
  throw new ProblemError([
    {
      code: 'no-uv',
      where: 'uv',
      what: python === undefined ? 'neither uv nor a Python is on PATH' : 'uv is not on PATH and could not be installed with pip',
      remedy: 'install it (https://docs.astral.sh/uv/getting-started/installation), or set MODELYARD_UV to its path',
      details: lastLines(installed?.output ?? '', 5),
    },
  ]);
}

async function findSystemPython(world: PythonWorld): Promise<string | undefined> {
  for (const name of ['python3', 'python']) {
    if ((await capture(name, ['--version'], world)).code === 0) return name;
  }
  return undefined;
}

const capture = (command: string, args: readonly string[], world: PythonWorld): Promise<ProcessOutcome> =>
  runProcess({ command, args, cwd: world.workspace, env: world.env, output: 'capture' });

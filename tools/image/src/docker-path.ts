import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Environment, readVariable } from './environment.ts';

/** Every docker command on PATH, in its order, each program once. */
export async function dockerCandidates(env: Environment): Promise<string[]> {
  const found = new Map<string, string>();
  const name = process.platform === 'win32' ? 'docker.exe' : 'docker';
  for (const folder of (readVariable(env, 'PATH') ?? '').split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, name);
    if (!(await isProgram(file))) continue;
    const target = await realpath(file);
    if (!found.has(target)) found.set(target, file);
  }
  return [...found.values()];
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

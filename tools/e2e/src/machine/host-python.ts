import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from '@modelyard/image';
import type { Machine } from './machine.ts';

/** A CPython 3.11 of this machine that can be copied to another place. */
export interface HostPython {
  readonly prefix: string;
  readonly version: string;
}

const QUESTION = 'import platform, sys; print(sys.base_prefix); print(platform.python_version())';

/** A CPython 3.11 with its own prefix and a shared library, on PATH or kept by pyenv; null when there is none. */
export async function findHostPython(machine: Machine): Promise<HostPython | null> {
  for (const program of await candidates(machine)) {
    const outcome = await runCommand(program, ['-I', '-c', QUESTION], { env: machine.env, timeoutSeconds: 20 });
    const [prefix, version] = outcome.stdout.split('\n');
    if (outcome.exitCode !== 0 || !prefix || !version) continue;
    // Debian's own lives in /usr, spread among everything else.
    if (prefix !== '/usr' && (await exists(join(prefix, 'lib', 'libpython3.11.so.1.0')))) return { prefix, version };
  }
  return null;
}

async function candidates({ env }: Machine): Promise<string[]> {
  const onPath = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const pyenv = join(env.PYENV_ROOT || join(env.HOME ?? '/root', '.pyenv'), 'versions');
  const versions = (await readdir(pyenv).catch(() => [])).filter((version) => version.startsWith('3.11.'));
  const programs = [...onPath, ...versions.map((version) => join(pyenv, version, 'bin'))].map((folder) => join(folder, 'python3.11'));
  const present = await Promise.all(programs.map(exists));
  return programs.filter((_, index) => present[index]);
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, ProblemError } from '@modelyard/core';
import { indexArguments } from './index-lines.ts';
import { LOCK_SOURCES } from './lock-requirements.ts';
import { lastLines } from './run-process.ts';
import { installVendored, VENDOR_DIRECTORY, wheelsIn } from './shared-packages.ts';
import { findUv, type PythonWorld, venvExecutable } from './uv.ts';
import { type ServiceFolder, uvRun } from './uv-run.ts';

const LOCKED = ['requirements.txt', 'requirements-dev.txt', 'requirements-tracking.txt'] as const;
/** What .venv was made from; the wheels of shared packages have a stamp of their own, because they change often and install fast. */
const STAMP = 'modelyard-stamp';
const VENDOR_STAMP = 'modelyard-vendor-stamp';

/** The interpreter of a service's environment, whether it exists or not. */
export function pythonOf(service: ServiceFolder, isWindows: boolean): string {
  return venvExecutable(join(service.directory, '.venv'), 'python', isWindows);
}

/**
 * Makes the service's .venv hold exactly what its lock files say, hashes checked, and the wheels of its vendor/. Does nothing
 * when it already does; returns whether anything was installed.
 */
export async function setUpEnvironment(service: ServiceFolder, world: PythonWorld): Promise<'installed' | 'current'> {
  const python = pythonOf(service, world.isWindows);
  const [wanted, vendored] = [stampOf(service), hashOf(wheelsIn(join(service.directory, VENDOR_DIRECTORY)))];
  const known = readStamp(service, VENDOR_STAMP);
  const isLocked = readStamp(service, STAMP) === wanted && existsSync(python);
  if (isLocked && known === vendored) return 'current';
  // A package that is no longer asked for would stay installed: the environment is made anew.
  requireLocks(service);
  if (!isLocked || (known !== undefined && countIn(known) !== countIn(vendored))) {
    await installLocked(service, python, world);
    writeFileSync(stampFile(service, STAMP), wanted);
  }
  await installVendored(service, python, world);
  writeFileSync(stampFile(service, VENDOR_STAMP), vendored);
  return 'installed';
}

async function installLocked(service: ServiceFolder, python: string, world: PythonWorld): Promise<void> {
  const uv = await findUv(world);
  world.log(`making ${service.name}/.venv with Python ${service.python}`);
  await uvRun(uv, ['venv', '--quiet', '--clear', '--python', service.python, '.venv'], service, world, (output) =>
    noPython(service, output),
  );
  world.log('installing the locked packages');
  const files = LOCKED.filter((file) => existsSync(join(service.directory, file)));
  const index = indexArguments(
    existsSync(join(service.directory, LOCKED[0])) ? readFileSync(join(service.directory, LOCKED[0]), 'utf8') : '',
  );
  await uvRun(uv, ['pip', 'sync', '--require-hashes', ...index, '--python', python, ...files], service, world);
}

/** uv takes a Python of the machine and else downloads one, which many networks do not allow; undefined when it failed for another reason. */
export function noPython({ name, python }: ServiceFolder, output: string): Problem | undefined {
  if (!/python-build-standalone|No interpreter found/.test(output)) return undefined;
  return {
    code: 'no-python',
    where: name,
    what: `there is no Python ${python} on this machine, and none could be downloaded`,
    remedy: `install Python ${python}, so that "python${python}" is on PATH, or let uv fetch it from where your network allows (UV_PYTHON_INSTALL_MIRROR)`,
    details: lastLines(output, 12),
  };
}

/** A service may be made without locks: those of its GPU packages can only be made where their index is reached. */
function requireLocks(service: ServiceFolder): void {
  const missing = Object.entries(LOCK_SOURCES).filter(
    ([source, locked]) => existsSync(join(service.directory, source)) && !existsSync(join(service.directory, locked)),
  );
  if (missing.length === 0) return;
  throw new ProblemError(
    missing.map(([source, locked]) => ({
      code: 'not-locked',
      where: `${service.name}/${source}`,
      what: `${locked} is missing, so nothing says which packages to install`,
      remedy: `make it with "npx nx run ${service.name}:lock"`,
    })),
  );
}

/** What the environment depends on: the Python asked for and the locks' bytes. */
const stampOf = (service: ServiceFolder): string =>
  `${service.python} ${hashOf(LOCKED.map((file) => join(service.directory, file)).filter((file) => existsSync(file)))}`;

/** The number of files and a digest of their names and bytes. */
function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.replace(/^.*[\\/]/, '')).update(readFileSync(file));
  return `${files.length} ${hash.digest('hex')}`;
}

const countIn = (stamp: string): string | undefined => stamp.split(' ')[0];

const stampFile = (service: ServiceFolder, name: string): string => join(service.directory, '.venv', name);

function readStamp(service: ServiceFolder, name: string): string | undefined {
  const file = stampFile(service, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ProblemError } from '@modelyard/core';
import { findUv, type PythonWorld } from './uv.ts';
import { type ServiceFolder, uvRun } from './uv-run.ts';

/** A Python package of this workspace that services use. */
export interface SharedPackage {
  /** Its Nx project. */
  readonly project: string;
  /** Its distribution, as its pyproject.toml writes it. */
  readonly name: string;
  /** Absolute path. */
  readonly directory: string;
}

/** Where a service keeps the wheels of its shared packages: inside its folder, so that the image's build context never leaves it. */
export const VENDOR_DIRECTORY = 'vendor';

const WHEELS = '*.whl';

/** The wheels in a folder, absolute, sorted. */
export const wheelsIn = (directory: string): string[] =>
  existsSync(directory)
    ? globSync(WHEELS, { cwd: directory })
        .sort()
        .map((file) => join(directory, file))
    : [];

/** Makes vendor/ hold the wheels of exactly these packages; a file that is there already with the same bytes is not touched. */
export function vendorWheels(service: ServiceFolder, shared: readonly SharedPackage[]): void {
  const vendor = join(service.directory, VENDOR_DIRECTORY);
  const wanted = new Map(shared.map((lib) => [join(vendor, relative(join(lib.directory, 'dist'), builtWheel(lib))), builtWheel(lib)]));
  for (const stale of wheelsIn(vendor).filter((file) => !wanted.has(file))) rmSync(stale);
  for (const [copy, wheel] of wanted) {
    if (existsSync(copy) && readFileSync(copy).equals(readFileSync(wheel))) continue;
    mkdirSync(vendor, { recursive: true });
    copyFileSync(wheel, copy);
  }
}

/** Builds the wheel of the package in the folder into its dist/, in place of older ones; gives its path inside the folder. */
export async function buildWheel(lib: ServiceFolder, world: PythonWorld): Promise<string> {
  const dist = join(lib.directory, 'dist');
  for (const old of wheelsIn(dist)) rmSync(old);
  await uvRun(await findUv(world), ['build', '--wheel', '--quiet', '--out-dir', 'dist', '.'], lib, world);
  return relative(lib.directory, wheelsIn(dist)[0] as string).replaceAll('\\', '/');
}

/** Installs the wheels of vendor/ beside the locked packages; a package that one of them needs and the lock lacks is a problem. */
export async function installVendored(service: ServiceFolder, python: string, world: PythonWorld): Promise<void> {
  const wheels = wheelsIn(join(service.directory, VENDOR_DIRECTORY)).map((wheel) => relative(service.directory, wheel));
  if (wheels.length === 0) return;
  const uv = await findUv(world);
  world.log(`installing ${wheels.map((wheel) => wheel.replaceAll('\\', '/')).join(', ')}`);
  const install = ['pip', 'install', '--quiet', '--no-deps', '--no-index', '--reinstall', '--python', python];
  await uvRun(uv, [...install, ...wheels], service, world);
  await uvRun(uv, ['pip', 'check', '--quiet', '--python', python], service, world, (output) => ({
    code: 'stale-lock',
    where: `${service.name}/requirements.txt`,
    what: 'a shared package needs what the lock does not hold',
    remedy: `resolve it again: npx nx run ${service.name}:lock`,
    details: output.split('\n').filter((line) => line.includes('requires')),
  }));
}

function builtWheel(lib: SharedPackage): string {
  const wheel = wheelsIn(join(lib.directory, 'dist'))[0];
  if (wheel !== undefined) return wheel;
  throw new ProblemError([
    { code: 'no-wheel', where: lib.name, what: 'its dist/ holds no wheel', remedy: `build it: npx nx run ${lib.project}:build` },
  ]);
}

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '@modelyard/core';
import { indexArguments, withIndexLines } from './index-lines.ts';
import { runProcess } from './run-process.ts';
import { findUv, type PythonWorld, venvExecutable } from './uv.ts';

export interface ServiceFolder {
  readonly name: string;
  /** Absolute path. */
  readonly directory: string;
  /** "3.11" */
  readonly python: string;
}

const LOCKED = ['requirements.txt', 'requirements-dev.txt'] as const;
const SOURCES = { 'requirements.in': 'requirements.txt', 'requirements-dev.in': 'requirements-dev.txt' } as const;
const STAMP = 'modelyard-stamp';

/** The interpreter of a service's environment, whether it exists or not. */
export function pythonOf(service: ServiceFolder, isWindows: boolean): string {
  return venvExecutable(join(service.directory, '.venv'), 'python', isWindows);
}

/**
 * Makes the service's .venv hold exactly what its lock files say, hashes checked. Does nothing when it already
 * does; returns whether anything was installed.
 */
export async function setUpEnvironment(service: ServiceFolder, world: PythonWorld): Promise<'installed' | 'current'> {
  const wanted = stampOf(service);
  const stampFile = join(service.directory, '.venv', STAMP);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted && existsSync(pythonOf(service, world.isWindows)))
    return 'current';
  requireLocks(service);
  const uv = await findUv(world);
  world.log(`making ${service.name}/.venv with Python ${service.python}`);
  await uvRun(uv, ['venv', '--quiet', '--clear', '--python', service.python, '.venv'], service, world);
  world.log('installing the locked packages');
  const files = LOCKED.filter((file) => existsSync(join(service.directory, file)));
  const index = indexArguments(readFileSync(join(service.directory, LOCKED[0]), 'utf8'));
  await uvRun(uv, ['pip', 'sync', '--require-hashes', ...index, '--python', pythonOf(service, world.isWindows), ...files], service, world);
  writeFileSync(stampFile, wanted);
  return 'installed';
}

/** A service may be made without locks: those of its GPU packages can only be made where their index is reached. */
function requireLocks(service: ServiceFolder): void {
  const missing = Object.entries(SOURCES).filter(
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

/** Resolves requirements.in and requirements-dev.in into hashed locks that hold on every platform, from the service's Python on. */
export async function lockRequirements(service: ServiceFolder, world: PythonWorld, options: { readonly upgrade: boolean }): Promise<void> {
  const uv = await findUv(world);
  for (const [source, locked] of Object.entries(SOURCES)) {
    if (!existsSync(join(service.directory, source))) continue;
    world.log(`locking ${source} into ${locked}`);
    const command = `npx nx run ${service.name}:lock`;
    const requirements = readFileSync(join(service.directory, 'requirements.in'), 'utf8');
    const args = ['pip', 'compile', '--quiet', '--universal', '--generate-hashes', '--no-emit-index-url', ...indexArguments(requirements)];
    if (options.upgrade) args.push('--upgrade');
    const python = ['--python-version', service.python, '--custom-compile-command', command];
    await uvRun(uv, [...args, ...python, source, '--output-file', locked], service, world);
    const file = join(service.directory, locked);
    writeFileSync(file, withIndexLines(readFileSync(file, 'utf8'), requirements));
  }
}

async function uvRun(uv: string, args: readonly string[], service: ServiceFolder, world: PythonWorld): Promise<void> {
  mkdirSync(service.directory, { recursive: true });
  const { code, output } = await runProcess({
    command: uv,
    args,
    cwd: service.directory,
    env: withoutActiveVenv(world.env),
    output: 'capture',
  });
  if (code === 0) return;
  throw new ProblemError([
    {
      code: 'uv-failed',
      where: service.name,
      what: `"uv ${args.slice(0, 2).join(' ')}" ended with code ${code}`,
      remedy: 'read its last lines below; with a private index or proxy, set uv’s own variables (UV_INDEX_URL, HTTPS_PROXY, SSL_CERT_FILE)',
      details: output.trim().split('\n').slice(-12),
    },
  ]);
}

/** What the environment depends on: the Python asked for and the locks' bytes. */
function stampOf(service: ServiceFolder): string {
  const hash = createHash('sha256').update(service.python);
  for (const file of LOCKED) {
    const path = join(service.directory, file);
    hash.update(file).update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex');
}

function withoutActiveVenv(env: PythonWorld['env']): PythonWorld['env'] {
  const { VIRTUAL_ENV: _, ...rest } = env;
  return rest;
}

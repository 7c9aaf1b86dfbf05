import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '@modelyard/core';
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
  const uv = await findUv(world);
  world.log(`making ${service.name}/.venv with Python ${service.python}`);
  await uvRun(uv, ['venv', '--quiet', '--clear', '--python', service.python, '.venv'], service, world);
  world.log('installing the locked packages');
  const files = LOCKED.filter((file) => existsSync(join(service.directory, file)));
  await uvRun(uv, ['pip', 'sync', '--require-hashes', '--python', pythonOf(service, world.isWindows), ...files], service, world);
  writeFileSync(stampFile, wanted);
  return 'installed';
}

/** Resolves requirements.in and requirements-dev.in into hashed locks that hold on every platform and offered Python. */
export async function lockRequirements(service: ServiceFolder, world: PythonWorld, options: { readonly upgrade: boolean }): Promise<void> {
  const uv = await findUv(world);
  for (const [source, locked] of Object.entries(SOURCES)) {
    if (!existsSync(join(service.directory, source))) continue;
    world.log(`locking ${source} into ${locked}`);
    const command = `npx nx run ${service.name}:lock`;
    const args = ['pip', 'compile', '--quiet', '--universal', '--generate-hashes', '--python-version', '3.11', '--no-emit-index-url'];
    if (options.upgrade) args.push('--upgrade');
    await uvRun(uv, [...args, '--custom-compile-command', command, source, '--output-file', locked], service, world);
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

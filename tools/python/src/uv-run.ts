import { mkdirSync } from 'node:fs';
import { type Problem, ProblemError } from '@modelyard/core';
import { lastLines, runProcess } from './run-process.ts';
import type { PythonWorld } from './uv.ts';

/** A folder with locks and a .venv of its own: a service, or a shared package. */
export interface ServiceFolder {
  readonly name: string;
  /** Absolute path. */
  readonly directory: string;
  /** "3.11" */
  readonly python: string;
}

/** Runs uv in the folder, outside any active environment; throws a ProblemError with the end of its output when it fails. */
export async function uvRun(
  uv: string,
  args: readonly string[],
  service: ServiceFolder,
  world: PythonWorld,
  explain?: (output: string) => Problem | undefined,
): Promise<void> {
  mkdirSync(service.directory, { recursive: true });
  const { VIRTUAL_ENV: _, ...env } = world.env;
  const outcome = runProcess({ command: uv, args, cwd: service.directory, env: { ...env, NO_COLOR: '1' }, output: 'capture' });
  const { code, output } = await outcome;
  if (code !== 0) throw new ProblemError([explain?.(output) ?? uvFailed(args, service, code, output)]);
}

const uvFailed = (args: readonly string[], service: ServiceFolder, code: number, output: string): Problem => ({
  code: 'uv-failed',
  where: service.name,
  what: `"uv ${args.slice(0, 2).join(' ')}" ended with code ${code}`,
  remedy: 'read its last lines below; with a private index or proxy, set uv’s own variables (UV_INDEX_URL, HTTPS_PROXY, SSL_CERT_FILE)',
  details: lastLines(output, 12),
});

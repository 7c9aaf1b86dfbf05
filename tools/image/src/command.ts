import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Environment } from './environment.ts';

/** How a command ended; `exitCode` is null when it could not be started or was killed. */
export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a streamed command ended: the last lines of its two streams, in the order they came. */
export interface StreamOutcome {
  readonly exitCode: number | null;
  readonly tail: readonly string[];
}

/** Takes one line of output, without its line end. */
export type LineLog = (line: string) => void;

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const TAIL_LINES = 20;

/** Runs a command to its end and hands back what it printed; a failing command is an outcome, not an exception. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: { readonly env: Environment; readonly timeoutSeconds?: number },
): Promise<CommandOutcome> {
  const timeout = (options.timeoutSeconds ?? 0) * 1000;
  return new Promise((resolve) => {
    const settings = { env: { ...options.env }, timeout, maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true };
    execFile(file, args, settings, (error, stdout, stderr) => {
      if (error === null) return resolve({ exitCode: 0, stdout, stderr });
      const exitCode = typeof error.code === 'number' ? error.code : null;
      resolve({ exitCode, stdout, stderr: stderr === '' ? error.message : stderr });
    });
  });
}

/** Runs a command and passes each line on as it comes; keeps the last lines for the account of a failure. */
export function streamCommand(
  file: string,
  args: readonly string[],
  options: { readonly env: Environment; readonly log: LineLog },
): Promise<StreamOutcome> {
  const tail: string[] = [];
  const keep = (line: string): void => {
    options.log(line);
    if (line.trim() !== '') tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
  };
  return new Promise((resolve) => {
    const child = spawn(file, args, { env: { ...options.env }, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', keep);
    child.on('error', (error) => resolve({ exitCode: null, tail: [...tail, error.message] }));
    child.on('close', (exitCode) => resolve({ exitCode, tail }));
  });
}

/** Runs a command on the terminal of this process and gives its exit code; null when a signal ended it. */
export function runAttached(file: string, args: readonly string[], options: { readonly env: Environment }): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...options.env }, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve(exitCode));
  });
}

import { ProblemError } from '@modelyard/core';
import { type Environment, type LineLog, streamCommand } from '@modelyard/image';

/** The machine that a journey is prepared on: its environment, and where progress is shown. */
export interface Machine {
  readonly env: Environment;
  readonly log: LineLog;
}

const HEARTBEAT_SECONDS = 15;

/** Does one slow thing between two progress lines, with a sign of life in between. */
export async function showStep<T>(log: LineLog, title: string, action: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  log(`${title} ...`);
  const heartbeat = setInterval(() => log(`${title} ... ${seconds()}`), HEARTBEAT_SECONDS * 1000);
  try {
    const value = await action();
    log(`${title}: done in ${seconds()}`);
    return value;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Runs a command of this machine that has to succeed; throws with its last lines when it does not. */
export async function runTool(machine: Machine, file: string, args: readonly string[], remedy: string): Promise<void> {
  const outcome = await streamCommand(file, args, { env: machine.env, log: () => {} });
  if (outcome.exitCode === 0) return;
  const what = `ended with ${outcome.exitCode === null ? 'no exit code' : `exit code ${outcome.exitCode}`}`;
  throw new ProblemError([
    { code: 'machine-not-ready', where: [file, ...args.slice(0, 2)].join(' '), what, remedy, details: outcome.tail },
  ]);
}

import { createInterface } from 'node:readline/promises';
import { EXIT_CODES, type ExitName, formatBug, ProblemError } from '@modelyard/core';
import { printableFailure, type Screen, type Terminal } from '@modelyard/deploy';
import { onLostOutput } from './lost-output.ts';

/** What every command works with: the process's surroundings and a signal that Ctrl-C aborts. */
export interface Session {
  readonly cwd: string;
  readonly terminal: Terminal & { readonly signal: AbortSignal };
}

/** Ctrl-C, what ends a job of CI, and a terminal that is lost. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a command does; it gives the name of its exit code where that is another than 0. */
export type CommandBody = (session: Session) => Promise<ExitName | undefined> | Promise<void>;

/** Runs a command between opening and closing a session; gives the exit code and prints what went wrong. */
export async function inSession(output: 'text' | 'json', command: CommandBody): Promise<number> {
  const interruption = new AbortController();
  const interrupt = () => {
    // The second Ctrl-C means now.
    if (interruption.signal.aborted) process.exit(EXIT_CODES.interrupted.code);
    interruption.abort();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  // As with Ctrl-C, what was begun is ended in order, and the lock given back.
  onLostOutput(() => interruption.abort());
  const terminal = {
    env: process.env,
    output,
    colours: wantsColours(process.env, process.stdout.isTTY === true),
    signal: interruption.signal,
    ...(wantsTable(process.env, process.stdout) ? { screen: screenOf(process.stdout) } : {}),
    print: (line: string) => console.log(line),
    ...(output === 'text' && process.stdin.isTTY && process.stdout.isTTY ? { ask: askOnTerminal(interruption) } : {}),
  };
  try {
    const exit = (await command({ cwd: process.cwd(), terminal })) ?? 'done';
    return EXIT_CODES[interruption.signal.aborted ? 'interrupted' : exit].code;
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      console.error(formatBug(error));
      return EXIT_CODES.bug.code;
    }
    const text = printableFailure(error.problems, terminal);
    if (output === 'json') console.log(text);
    else console.error(`\n${text}`);
    return EXIT_CODES[interruption.signal.aborted ? 'interrupted' : error.exit].code;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

/** One line from the terminal; Ctrl-C, or the end of the input, is no answer. */
function askOnTerminal(interruption: AbortController): (question: string) => Promise<string> {
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    lines.on('SIGINT', () => interruption.abort());
    try {
      const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
      return await Promise.race([lines.question(question, { signal: interruption.signal }).catch(() => ''), ended]);
    } finally {
      lines.close();
    }
  };
}

/** A table is drawn where somebody looks; a log of CI keeps every line. */
export function wantsTable(env: Readonly<Record<string, string | undefined>>, output: { readonly isTTY?: boolean }): boolean {
  return output.isTTY === true && env.TERM !== 'dumb' && !(env.CI && env.CI !== 'false');
}

function screenOf(output: NodeJS.WriteStream): Screen {
  return {
    room: () => ({ columns: output.columns || 80, rows: output.rows || 24 }),
    write: (text) => void output.write(text),
    onResize: (action) => {
      output.on('resize', action);
      return () => void output.off('resize', action);
    },
  };
}

/** Colours on a terminal only; NO_COLOR (no-color.org) switches them off, FORCE_COLOR on. */
export function wantsColours(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false;
  return isTerminal || Boolean(env.FORCE_COLOR && env.FORCE_COLOR !== '0');
}

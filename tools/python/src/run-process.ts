import { spawn } from 'node:child_process';

export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `inherit` shows the output, `capture` returns it. */
  readonly output: 'inherit' | 'capture';
}

export interface ProcessOutcome {
  /** Exit code; 127 when the command could not be started, 128 + n when signal n ended it. */
  readonly code: number;
  /** Both streams in order of arrival; empty when inherited. */
  readonly output: string;
}

/** What a person reads of a long output: so many lines of its end. */
export const lastLines = (output: string, count: number): string[] => output.trim().split('\n').slice(-count);

const SIGNAL_NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs a command without a shell and waits for its end; SIGINT and SIGTERM to us are passed on to it. */
export function runProcess(request: ProcessRequest): Promise<ProcessOutcome> {
  return new Promise((resolve) => {
    const child = spawn(request.command, request.args, {
      cwd: request.cwd,
      env: request.env as NodeJS.ProcessEnv,
      stdio: request.output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    const end = (outcome: ProcessOutcome) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(outcome);
    };
    child.on('error', (error) => end({ code: 127, output: error.message }));
    child.on('close', (code, signal) => end({ code: code ?? 128 + (SIGNAL_NUMBERS[signal ?? 'SIGTERM'] ?? 15), output }));
  });
}

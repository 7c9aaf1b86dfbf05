import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** Long enough for a token from a slow identity provider. */
const UNATTENDED_SECONDS = 60;
/** Somebody may be logging in with a browser. */
const ATTENDED_SECONDS = 300;
/** Time to go by itself, before it is killed. */
const GRACE_MS = 2_000;

/** How long an exec plugin may take; a plugin that never asks anybody has no reason to take long. */
export function pluginLimitSeconds(exec: object, isTerminal: boolean): number {
  const isUnattended = (exec as { interactiveMode?: string }).interactiveMode === 'Never';
  return isUnattended || !isTerminal ? UNATTENDED_SECONDS : ATTENDED_SECONDS;
}

/** Starts exec plugins as the client library does. One that does not end in time is ended, and fails with its name, the limit and its last words. */
export function spawnWithin(limitSeconds: number) {
  return (command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (text: string | Buffer) => {
      said = `${said}${text}`.slice(-2_000);
    });
    const timer = setTimeout(() => {
      child.emit('error', new Error(lateText(command, limitSeconds, said)));
      end(child);
    }, limitSeconds * 1_000);
    child.once('exit', () => clearTimeout(timer));
    child.once('error', () => clearTimeout(timer));
    return child;
  };
}

/** What the plugin has started itself may hold its output open for ever. */
function end(child: ChildProcess): void {
  child.kill();
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function lateText(command: string, limitSeconds: number, said: string): string {
  const last = said.trim().split('\n').at(-1);
  return `its login command "${command}" gave no answer within ${limitSeconds} s and was ended${last ? `; it last said: ${last}` : ''}`;
}

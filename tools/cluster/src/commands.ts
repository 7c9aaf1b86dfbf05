import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** How a short-lived command ended. */
export interface CommandEnd {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Limits and surroundings of a short-lived command. */
export interface CommandSetting {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  readonly input?: string;
}

/** The environment of every process we start: tools in sbin are found also by users whose PATH lacks it. */
export function toolEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = [env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'].join(delimiter);
  return { PATH: path, HOME: env.HOME ?? '/', LANG: 'C' };
}

/** Runs a command with its arguments and reports how it ended; it never throws for a failing command. */
export function runCommand(command: string, args: readonly string[], setting: CommandSetting = {}): Promise<CommandEnd> {
  const { timeoutSeconds = 60, input, ...rest } = setting;
  return new Promise((resolve) => {
    const options = { ...rest, timeout: timeoutSeconds * 1000, maxBuffer: 64 << 20 };
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      resolve({ ok: error === null, stdout, stderr: stderr || (error?.message ?? '') });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}

/** Runs a command whose failure is a fault of the cluster; throws with what the command said. */
export async function mustRun(command: string, args: readonly string[], setting: CommandSetting = {}): Promise<string> {
  const end = await runCommand(command, args, setting);
  if (end.ok) return end.stdout;
  throw new Error(`${command} ${args.join(' ')} failed: ${end.stderr.trim()}`);
}

/** The full path of a command, or undefined when PATH does not offer it. */
export async function findCommand(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (toolEnvironment(env).PATH ?? '').split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  return undefined;
}

/** Whether the file is there and may be run. */
export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

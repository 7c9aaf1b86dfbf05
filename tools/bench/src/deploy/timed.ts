import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a whole process took, from its start to its end. */
export interface Taken {
  readonly seconds: number;
  /** Until it printed the last line of those that were waited for; undefined when it printed none. */
  readonly reachedSeconds?: number;
  /** CPU of the process and its children, user and system. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly output: string;
}

/** Node does not tell what a child took; Python asks wait4 and prints it as the last line. */
const TIMER = `
import json, os, re, subprocess, sys, time
awaited, *command = sys.argv[1:]
output, reached = b"", None
begun = time.perf_counter()
child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
for line in child.stdout:
    output += line
    if re.search(awaited.encode(), line):
        reached = time.perf_counter() - begun
_, status, usage = os.wait4(child.pid, 0)
seconds = time.perf_counter() - begun
sys.stdout.buffer.write(output)
print("\\n" + json.dumps([os.waitstatus_to_exitcode(status), seconds, reached, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
`;

/** What no line matches. */
const NEVER = '(?!)';

/** Runs a command to its end and measures it, and when it printed the last line of those awaited; throws with the end of its output when it fails. */
export async function timed(command: readonly string[], env: NodeJS.ProcessEnv, cwd: string, awaited?: RegExp): Promise<Taken> {
  const args = ['-c', TIMER, awaited?.source ?? NEVER, ...command];
  const { stdout } = await promisify(execFile)('python3', args, { env, cwd, maxBuffer: 256 * 1024 * 1024 });
  const cut = stdout.trimEnd().lastIndexOf('\n');
  const [code, seconds, reached, cpuSeconds, peakMiB] = JSON.parse(stdout.slice(cut)) as [number, number, number | null, number, number];
  const output = stdout.slice(0, cut).trimEnd();
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${output.split('\n').slice(-20).join('\n')}`);
  return { seconds, cpuSeconds, peakMiB, output, ...(reached === null ? {} : { reachedSeconds: reached }) };
}

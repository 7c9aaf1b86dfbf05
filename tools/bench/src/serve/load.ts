import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '@modelyard/python';

export interface LoadRequest {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  /** Connections, each with one request at a time. */
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadFigures {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export type Load = (request: LoadRequest) => Promise<LoadFigures>;

/** wrk where it is installed, else a client of our own, which takes more of the machine. */
export async function chooseLoad(): Promise<{ load: Load; name: string }> {
  const found = await runProcess({ command: 'wrk', args: ['-v'], cwd: tmpdir(), env: process.env, output: 'capture' });
  return found.code === 127 ? { load: ownLoad, name: 'own client' } : { load: wrkLoad, name: 'wrk' };
}

const WRK_SCRIPT = `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = io.open(os.getenv("BODY")):read("*a")
done = function(summary, latency)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status + lost))
end
`;

async function wrkLoad({ port, path, body, connections, seconds }: LoadRequest): Promise<LoadFigures> {
  const scratch = await mkdtemp(join(tmpdir(), 'modelyard-wrk-'));
  const script = join(scratch, 'post.lua');
  const file = join(scratch, 'body.json');
  await writeFile(script, WRK_SCRIPT);
  await writeFile(file, body);
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, `http://127.0.0.1:${port}${path}`];
  const { output } = await runProcess({ command: 'wrk', args, cwd: scratch, env: { ...process.env, BODY: file }, output: 'capture' });
  await rm(scratch, { recursive: true, force: true });
  const [requests, micros, p50, p99, failed] = (/RESULT (.*)/.exec(output)?.[1] ?? '').split(' ').map(Number);
  if (!requests || !micros || failed !== 0) throw new Error(`wrk on port ${port}: ${failed ?? 'no'} failed of ${requests ?? 0}\n${output}`);
  return { requests, requestsPerSecond: requests / (micros / 1e6), p50Ms: (p50 ?? NaN) / 1000, p99Ms: (p99 ?? NaN) / 1000 };
}

/** The same load from this process. */
export async function ownLoad(request: LoadRequest): Promise<LoadFigures> {
  const begin = performance.now();
  const until = begin + request.seconds * 1000;
  const times = (await Promise.all(Array.from({ length: request.connections }, () => askUntil(request, until)))).flat();
  const elapsed = (performance.now() - begin) / 1000;
  return { requests: times.length, requestsPerSecond: times.length / elapsed, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

/** Asks one request after the other; gives the milliseconds of each. */
async function askUntil(request: LoadRequest, until: number): Promise<number[]> {
  const times: number[] = [];
  while (performance.now() < until) times.push(...(await askOnConnection(request, until)));
  return times;
}

/** Asks on one connection for as long as the server keeps it: some close it after each answer. */
function askOnConnection({ port, path, body }: LoadRequest, until: number): Promise<number[]> {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const times: number[] = [];
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let begin = performance.now();
    let answer = '';
    const ask = () => {
      begin = performance.now();
      answer = '';
      socket.write(head + body);
    };
    const isBetweenAnswers = () => times.length > 0 && answer === '';
    socket.setNoDelay(true).on('connect', ask);
    socket.on('error', (error) => (isBetweenAnswers() ? resolve(times) : reject(error)));
    socket.on('close', () =>
      isBetweenAnswers() ? resolve(times) : reject(new Error(`port ${port} closed a connection without an answer`)),
    );
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (!isWhole(answer)) return;
      if (!answer.startsWith('HTTP/1.1 200')) return void socket.destroy(new Error(`port ${port}: ${answer.split('\r\n')[0]}`));
      times.push(performance.now() - begin);
      answer = '';
      if (performance.now() < until) ask();
      else socket.end(() => resolve(times));
    });
  });
}

/** Whether an answer with a Content-Length has come completely. */
function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /^content-length: *(\d+)/im.exec(answer.slice(0, end))?.[1];
  if (length === undefined) throw new Error('an answer without Content-Length');
  return answer.length >= end + 4 + Number(length);
}

/** The value below which the share of the values lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

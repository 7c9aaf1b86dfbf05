import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEALTH_PATH } from '@modelyard/core';
import { type DockerEngine, expectDocker, runArguments, runDocker } from '@modelyard/image';

/** A container that runs as locked down as its pod, and answers on loopback. */
export interface Container {
  readonly name: string;
  readonly url: string;
}

const CONTAINER_PORT = 8000;
/** A loaded machine needs most of a minute for a large framework. */
const READY_WITHIN_MS = 180_000;

/** Starts a container and waits until it is ready; throws with its log when it is not. */
export async function startContainer(engine: DockerEngine, ref: string, env: Readonly<Record<string, string>> = {}): Promise<Container> {
  const hostPort = await freePort();
  const name = `modelyard-e2e-${process.pid}-${hostPort}`;
  const [run = 'run', ...args] = runArguments({ ref, port: CONTAINER_PORT, hostPort, name, env });
  // Kept after its end, so that its exit code and its log can be read.
  const kept = args.filter((arg) => arg !== '--rm');
  await docker(engine, [run, '--detach', ...kept]);
  const container = { name, url: `http://127.0.0.1:${hostPort}` };
  await waitUntilReady(engine, container);
  return container;
}

/** Runs Python code inside a container; its output. */
export const pythonInside = (engine: DockerEngine, container: Container, code: string): Promise<string> =>
  docker(engine, ['exec', container.name, 'python', '-c', code]);

/** Sends SIGTERM and waits for the end; the exit code. */
export async function terminate(engine: DockerEngine, container: Container): Promise<number> {
  await docker(engine, ['kill', '--signal', 'TERM', container.name]);
  return Number(await docker(engine, ['wait', container.name]));
}

/** Takes a container down, whatever its state. */
export async function removeContainer(engine: DockerEngine, container: Container): Promise<void> {
  await runDocker(engine, ['rm', '--force', '--volumes', container.name]);
}

/** A docker command that must succeed; its output. */
export function docker(engine: DockerEngine, args: readonly string[]): Promise<string> {
  const problem = { code: 'docker-failed', where: `docker ${args[0]}`, what: 'it ended with an error', remedy: 'read its last lines' };
  return expectDocker(engine, [...args], problem);
}

async function waitUntilReady(engine: DockerEngine, container: Container): Promise<void> {
  let last = 'no answer';
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await sleep(250)) {
    const answer = await fetch(container.url + HEALTH_PATH).catch((error: Error) => error);
    if (answer instanceof Response && answer.status === 200) return;
    last = answer instanceof Response ? `${answer.status} ${await answer.text()}` : String(answer.cause ?? answer);
    const isRunning = (await docker(engine, ['inspect', '--format', '{{.State.Running}}', container.name])).trim();
    if (isRunning !== 'true') break;
  }
  const log = await runDocker(engine, ['logs', '--tail', '40', container.name]);
  await removeContainer(engine, container);
  throw new Error(`${container.name} is not ready: ${last}\n${log.stdout}${log.stderr}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

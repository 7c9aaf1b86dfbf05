import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type Machine, runTool } from './machine.ts';

/** Debian's docker-registry, with one login, on a port of this machine. */
export interface RunningRegistry {
  /** `127.0.0.1:5055`. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  stop(): Promise<void>;
}

const USERNAME = 'ci';
const PASSWORD = 'a-password-of-this-run';
const START_SECONDS = 20;

/** Starts a registry that keeps its data in the folder, and waits until it asks for a login. */
export async function startRegistry(folder: string, machine: Machine): Promise<RunningRegistry> {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const passwords = join(folder, 'htpasswd');
  // The registry takes no other hash than bcrypt.
  await runTool(machine, 'htpasswd', ['-Bbc', passwords, USERNAME, PASSWORD], 'install apache2-utils');
  const config = join(folder, 'registry.json');
  await writeFile(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'warn' },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: host },
      auth: { htpasswd: { realm: 'e2e', path: passwords } },
    }),
  );
  const child = spawn('docker-registry', ['serve', config], { env: { ...machine.env }, stdio: 'ignore' });
  await waitForLogin(host, child);
  return { host, username: USERNAME, password: PASSWORD, stop: () => end(child) };
}

async function waitForLogin(host: string, child: ChildProcess): Promise<void> {
  for (let turn = 0; turn < START_SECONDS * 10 && child.exitCode === null; turn++) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await end(child);
  throw new Error(`docker-registry does not answer at ${host}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

import { RUN_AS_USER } from '@modelyard/core';
import { runAttached } from './command.ts';
import type { DockerEngine } from './engine.ts';

/** A container to try an image with, as locked down as its pod. */
export interface ContainerRequest {
  readonly ref: string;
  /** Port the service listens on inside. */
  readonly port: number;
  /** Port on this machine's loopback; left out, the same. */
  readonly hostPort?: number;
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Arguments of `docker run`: read-only root, no capabilities, numeric user, scratch space in memory, loopback only. */
export function runArguments(request: ContainerRequest): string[] {
  const named = request.name === undefined ? [] : ['--name', request.name];
  const variables = Object.entries(request.env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  return [
    'run',
    '--rm',
    '--read-only',
    ...['--tmpfs', '/tmp:rw,noexec,nosuid,size=64m'],
    ...['--cap-drop', 'ALL'],
    ...['--security-opt', 'no-new-privileges'],
    ...['--user', `${RUN_AS_USER}:${RUN_AS_USER}`],
    ...['--publish', `127.0.0.1:${request.hostPort ?? request.port}:${request.port}`],
    ...named,
    ...variables,
    request.ref,
  ];
}

/** Runs a container on this terminal until it ends or Ctrl-C; gives its exit code, null when a signal ended docker itself. */
export function runContainer(engine: DockerEngine, request: ContainerRequest): Promise<number | null> {
  return runAttached(engine.cli, runArguments(request), { env: engine.env });
}

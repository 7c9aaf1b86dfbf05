import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { formatProblems, type Result } from '@modelyard/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findEngine } from './engine.ts';

/** A docker command of a few lines of shell: what it answers stands in the test. */
async function fakeDocker(folder: string, answers: Readonly<Record<string, string>>): Promise<string> {
  const cases = Object.entries(answers).map(([command, script]) => `  "${command}") ${script} ;;`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'docker'), `#!/bin/sh\ncase "$1 $2" in\n${cases.join('\n')}\n  *) exit 1 ;;\nesac\n`);
  await chmod(join(folder, 'docker'), 0o755);
  return folder;
}

const answer = (client: string, server: string | null): string => {
  const versions = { Client: { Version: client }, Server: server === null ? null : { Version: server } };
  return `echo '${JSON.stringify(versions)}'`;
};
const SILENT = `${answer('28.2.2', null)}; echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1`;
const HOST = 'echo unix:///var/run/docker.sock';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'modelyard-docker-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const textOf = (result: Result<unknown>): string => (result.ok ? 'no problem' : formatProblems(result.problems));

test('a machine without a docker command is told how to get one', async () => {
  expect(textOf(await findEngine({ PATH: root }))).toBe(`no-docker-cli  docker: no docker command on PATH; images are built with it
          install it with an engine: Debian or Ubuntu "apt-get install docker.io", macOS and Windows Docker Desktop`);
});

test.skipIf(process.platform === 'win32')('a docker command without an engine names the engine it looked for', async () => {
  const folder = await fakeDocker(join(root, 'a'), { 'version --format': SILENT, 'context inspect': HOST });
  expect(
    textOf(await findEngine({ PATH: folder })),
  ).toBe(`no-docker-engine  unix:///var/run/docker.sock: no Docker engine answers; docker said "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
          start one, or get one: Debian or Ubuntu "apt-get install docker.io", macOS and Windows Docker Desktop; for an engine elsewhere set DOCKER_HOST or run "docker context use <name>"`);
});

test.skipIf(process.platform === 'win32')('an engine that this user may not reach is told apart from none', async () => {
  const denied = `echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1`;
  const folder = await fakeDocker(join(root, 'a'), { 'version --format': denied, 'context inspect': HOST });
  expect(
    textOf(await findEngine({ PATH: folder })),
  ).toBe(`no-docker-engine  unix:///var/run/docker.sock: no Docker engine answers; docker said "permission denied while trying to connect to the Docker daemon socket"
          let your user reach it: "sudo usermod -aG docker $USER", then log in again`);
});

test.skipIf(process.platform === 'win32')(
  'a newer docker without buildx is passed over for an older one with BuildKit inside',
  async () => {
    const newer = await fakeDocker(join(root, 'a'), { 'version --format': answer('28.2.2', '20.10.24') });
    const older = await fakeDocker(join(root, 'b'), { 'version --format': answer('20.10.24', '20.10.24') });
    const env = { PATH: [newer, older].join(delimiter), DOCKER_HOST: 'unix:///run/own.sock' };
    const value = { cli: join(older, 'docker'), builder: 'builtin', host: 'unix:///run/own.sock', serverVersion: '20.10.24', env };
    expect(await findEngine(env)).toEqual({ ok: true, value });
  },
);

test.skipIf(process.platform === 'win32')('a docker with buildx is taken', async () => {
  const folder = await fakeDocker(join(root, 'a'), {
    'version --format': answer('29.0.0', '29.0.0'),
    'buildx version': 'exit 0',
    'context inspect': HOST,
  });
  const result = await findEngine({ PATH: folder });
  expect(result.ok && result.value.builder).toBe('buildx');
});

test.skipIf(process.platform === 'win32')(
  'an engine without a command that builds with BuildKit says which plugin is missing',
  async () => {
    const folder = await fakeDocker(join(root, 'a'), { 'version --format': answer('28.2.2', '28.2.2'), 'context inspect': HOST });
    expect(textOf(await findEngine({ PATH: folder }))).toBe(
      `no-buildkit  ${folder}/docker 28.2.2: this docker command has no buildx plugin, and so cannot build with BuildKit, which secret mounts need
          install the plugin: Debian or Ubuntu "apt-get install docker-buildx-plugin" or "docker-buildx"; Docker Desktop brings it`,
    );
  },
);

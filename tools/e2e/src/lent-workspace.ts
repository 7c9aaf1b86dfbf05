import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '@modelyard/core';
import { diskSink, scaffoldService, scaffoldWorkspace } from '@modelyard/standards';
import { parseModelServiceAnswers, parseWorkspaceAnswers } from '@modelyard/templates';
import { stringify } from 'yaml';
import { REPOSITORY } from './pack.ts';
import { type Environment, type Outcome, Shell } from './shell.ts';

/** A workspace in which Nx and the command line run as a user runs them; it lends the packages of this checkout. */
export interface LentWorkspace {
  readonly directory: string;
  readonly shell: Shell;
  /** The folder of a service. */
  folderOf(service: string): string;
  /** Leaves behind what a docker build does. */
  recordImage(service: string, record: object): void;
  commit(message: string): Promise<void>;
  nx(...args: string[]): Promise<Outcome>;
  modelyard(...args: string[]): Promise<Outcome>;
  remove(): Promise<void>;
}

const GIT = {
  GIT_AUTHOR_NAME: 'test',
  GIT_AUTHOR_EMAIL: 'test@modelyard.test',
  GIT_COMMITTER_NAME: 'test',
  GIT_COMMITTER_EMAIL: 'test@modelyard.test',
};

/** Makes a workspace of services with the modelyard.yaml given, in a git repository of its own. */
export async function lendWorkspace(services: readonly string[], config: object, more: Environment = {}): Promise<LentWorkspace> {
  const directory = await mkdtemp(join(tmpdir(), 'modelyard-lent-'));
  const sink = diskSink(directory);
  scaffoldWorkspace(sink, unwrap(parseWorkspaceAnswers({ name: 'many' }, 'test')));
  for (const name of services) scaffoldService(sink, `services/${name}`, unwrap(parseModelServiceAnswers({ name }, 'test')));
  writeFileSync(join(directory, 'modelyard.yaml'), stringify(config));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'));
  const path = `${join(REPOSITORY, 'node_modules/.bin')}:${process.env.PATH}`;
  const env = { ...process.env, ...GIT, PATH: path, CI: 'true', NX_DAEMON: 'false', NO_COLOR: '1', ...more };
  const shell = new Shell(env, () => undefined);
  await shell.run(directory, 'git', 'init', '--quiet', '--initial-branch=main');
  const folderOf = (service: string) => join(directory, 'services', service);
  return {
    directory,
    shell,
    folderOf,
    recordImage: (service, record) => {
      mkdirSync(join(folderOf(service), 'dist'), { recursive: true });
      writeFileSync(join(folderOf(service), 'dist', 'image.json'), JSON.stringify(record));
    },
    commit: async (message) => {
      await shell.run(directory, 'git', 'add', '--all');
      await shell.run(directory, 'git', 'commit', '--quiet', '--message', message);
    },
    nx: (...args) => shell.attempt(directory, 'nx', ...args),
    modelyard: (...args) => shell.attempt(directory, process.execPath, join(REPOSITORY, 'packages/modelyard/dist/cli/start.cjs'), ...args),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

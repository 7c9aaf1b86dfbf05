import { posix } from 'node:path';
import { fail, LOCK_FILE, ProblemError, type Result, succeed, unwrap, WORKSPACE_FILE } from '@modelyard/core';
import {
  categoryWarnings,
  cudaWarnings,
  type GivenAnswers,
  type ModelServiceAnswers,
  parseModelServiceAnswers,
} from '@modelyard/templates';
import { parseLock } from './lock.ts';
import { readOwnTable, type TableOptions } from './own-table.ts';
import { scaffoldService, type WorkspaceSink } from './scaffold.ts';

/** What a door was asked: the answers as given, the table to start from and the folder. */
export interface ServiceOptions extends TableOptions {
  readonly name: string;
  /** Relative to the workspace; left out, services/<name>. */
  readonly directory?: string;
}

/** A service that was made. */
export interface MadeService {
  readonly answers: ModelServiceAnswers;
  readonly directory: string;
  /** Read before trusting the result. */
  readonly warnings: readonly string[];
  /** What to type next, a line each. */
  readonly nextSteps: readonly string[];
}

/** Writes a model service into a workspace; bad input throws a ProblemError, and nothing is written then. `where` is the command. */
export function makeService(sink: WorkspaceSink, options: ServiceOptions, where: string): MadeService {
  requireWorkspace(sink, where);
  const table = unwrap(readOwnTable(options, where));
  const given: GivenAnswers = { ...options, ...(table ? { data: table.schema, hasOwnData: true } : { data: undefined }) };
  const answers = unwrap(parseModelServiceAnswers(given, where));
  const directory = unwrap(parseDirectory(options.directory ?? `services/${answers.name}`, where));
  requireFreeDirectory(sink, directory, answers.name);
  requireFreeName(sink, directory, answers.name, where);
  scaffoldService(sink, directory, answers, table?.csv);
  const { cuda, framework, name } = answers;
  const steps = [...(cuda && !cuda.hasLock ? ['lock'] : []), 'train', 'test'];
  return {
    answers,
    directory,
    warnings: [...(table ? categoryWarnings(table.schema) : []), ...(cuda ? cudaWarnings(framework, cuda) : [])],
    nextSteps: steps.map((step) => `npx nx run ${name}:${step}`),
  };
}

/** Throws a ProblemError when the sink's root is no Modelyard workspace. */
export function requireWorkspace(sink: Pick<WorkspaceSink, 'exists'>, where: string): void {
  if (sink.exists(WORKSPACE_FILE)) return;
  throw new ProblemError([
    {
      code: 'no-workspace',
      where,
      what: `there is no ${WORKSPACE_FILE} at the root of this workspace`,
      remedy: 'add it with "npx nx g @modelyard/nx:init", or make a new workspace with "npm create modelyard@latest"',
    },
  ]);
}

/** Throws a ProblemError when another folder of the workspace was made with this name: with two projects of one name Nx refuses to do anything. */
export function requireFreeName(sink: Pick<WorkspaceSink, 'exists' | 'read'>, directory: string, name: string, where: string): void {
  const places = Object.entries(parseLock(sink.read(LOCK_FILE)).places).filter(([place]) => place !== '.' && place !== directory);
  const taken = places.find(([place, { answers }]) => (answers as { readonly name?: string }).name === name && sink.exists(place));
  if (taken === undefined) return;
  throw new ProblemError([
    {
      code: 'name-taken',
      where,
      what: `the project in ${taken[0]} is called "${name}" already; nothing was written`,
      remedy: 'choose another name: Nx knows a project by it, and so does the cluster',
    },
  ]);
}

/** What names no folder below a root: an absolute path, one with a drive, and one that leads out of it. */
const NOT_BELOW = /^(\/|[A-Za-z]:|\.\.(\/|$))/;

/** A folder of the workspace as Nx writes it, with "/" and no dot in front; or the problem that it is not one. */
export function parseDirectory(given: string, where: string): Result<string> {
  const directory = posix.normalize(given.replaceAll('\\', '/'));
  if (!NOT_BELOW.test(directory)) return succeed(directory.replace(/\/$/, ''));
  const what = `--directory "${given}" is no folder below the root of the workspace`;
  return fail({ code: 'bad-directory', where, what, remedy: 'give its path from the root, for example teams/growth/churn' });
}

function requireFreeDirectory(sink: WorkspaceSink, directory: string, name: string): void {
  if (!sink.exists(directory)) return;
  throw new ProblemError([
    {
      code: 'folder-exists',
      where: directory,
      what: `the folder for "${name}" exists already; nothing was written`,
      remedy: 'choose another name, or another folder with --directory',
    },
  ]);
}

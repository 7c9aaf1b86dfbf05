import { ProblemError, unwrap, WORKSPACE_FILE } from '@modelyard/core';
import {
  categoryWarnings,
  cudaWarnings,
  type GivenAnswers,
  type ModelServiceAnswers,
  parseModelServiceAnswers,
} from '@modelyard/templates';
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
  const directory = normalizeDirectory(options.directory ?? `services/${answers.name}`);
  requireFreeDirectory(sink, directory, answers.name);
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

/** A folder of the workspace as Nx writes it: "/" and no dot in front. */
export const normalizeDirectory = (directory: string): string => directory.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');

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

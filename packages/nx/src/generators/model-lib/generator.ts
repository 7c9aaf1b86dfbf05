import { posix } from 'node:path';
import { didYouMean, fail, parseServiceSpec, type Result, SPEC_FILE, succeed, unwrap } from '@modelyard/core';
import { parseDirectory, requireFreeName, requireWorkspace, scaffoldLib } from '@modelyard/standards';
import { parseModelLibAnswers } from '@modelyard/templates';
import { type GeneratorCallback, globAsync, logger, type Tree } from '@nx/devkit';
import { PYPROJECT_FILE, parsePyproject } from '../../pyproject.ts';
import { treeSink } from '../tree-sink.ts';
import { addDependency, type SharedSource } from './add-dependency.ts';

export interface ModelLibOptions {
  readonly name: string;
  readonly directory?: string;
  readonly for?: readonly string[];
}

const COMMAND = 'nx g model-lib';

/** Makes a shared package, and lets services use it; a package that exists is kept. Bad input throws a ProblemError and changes nothing. */
export default async function modelLib(tree: Tree, options: ModelLibOptions): Promise<GeneratorCallback> {
  requireWorkspace(treeSink(tree), COMMAND);
  const answers = unwrap(parseModelLibAnswers(options, COMMAND));
  const directory = unwrap(parseDirectory(options.directory ?? `libs/${answers.name}`, COMMAND));
  const users = (options.for ?? []).flatMap((names) => names.split(',')).filter((name) => name !== '');
  const isThere = unwrap(findLib(tree, directory, answers.name, users.length > 0));
  requireFreeName(treeSink(tree), directory, answers.name, COMMAND);
  const projects = users.length > 0 ? await pythonProjects(tree) : new Map<string, string>();
  const edits = users.map((user) => unwrap(extend(tree, user, projects, { name: answers.name, path: directory })));
  if (!isThere) scaffoldLib(treeSink(tree), directory, answers);
  for (const { file, text } of edits) tree.write(file, text);
  return () => logger.info(nextSteps(answers.name, directory, users));
}

/** Whether the package is there already; a folder that is in the way is a problem. */
function findLib(tree: Tree, directory: string, name: string, isForUsers: boolean): Result<boolean> {
  if (!tree.exists(directory)) return succeed(false);
  const file = `${directory}/${PYPROJECT_FILE}`;
  const known = parsePyproject(tree.read(file, 'utf-8') ?? '', file);
  if (isForUsers && known.ok && known.value.isModelLib && known.value.name === name) return succeed(true);
  return fail({
    code: 'folder-exists',
    where: directory,
    what: `the folder for "${name}" exists already; nothing was written`,
    remedy: `choose another name or --directory; to let a service use a package that exists, name the service with --for`,
  });
}

/** The Python projects of the workspace: Nx project → folder. Nx's getProjects knows no inferred ones. */
async function pythonProjects(tree: Tree): Promise<Map<string, string>> {
  const files = await globAsync(tree, [`*/**/${PYPROJECT_FILE}`]);
  const named = files.map((file): [string | undefined, string] => {
    const root = posix.dirname(file);
    const spec = parseServiceSpec(tree.read(`${root}/${SPEC_FILE}`, 'utf-8') ?? '', SPEC_FILE);
    const own = parsePyproject(tree.read(file, 'utf-8') ?? '', file);
    return [spec.ok ? spec.value.names.label : own.ok ? own.value.name : undefined, root];
  });
  return new Map(named.filter((entry): entry is [string, string] => entry[0] !== undefined));
}

/** The pyproject.toml of the user, with the package in it. */
function extend(
  tree: Tree,
  user: string,
  projects: ReadonlyMap<string, string>,
  lib: SharedSource,
): Result<{ file: string; text: string }> {
  const root = projects.get(user);
  if (root === undefined) {
    const known = [...projects.keys()].filter((name) => name !== lib.name);
    const remedy = `${didYouMean(user, known)}Python projects: ${known.join(', ') || 'none'}`;
    return fail({ code: 'unknown-project', where: `${COMMAND} --for`, what: `there is no Python project "${user}"`, remedy });
  }
  const file = `${root}/${PYPROJECT_FILE}`;
  const source = { ...lib, path: posix.relative(root, lib.path) };
  const text = addDependency(tree.read(file, 'utf-8') ?? '', source, file);
  return text.ok ? succeed({ file, text: text.value }) : text;
}

function nextSteps(name: string, directory: string, users: readonly string[]): string {
  const uses = users.map(
    (user) => `\n  npx nx run ${user}:lock     (when ${name} needs packages from an index)\n  npx nx run ${user}:test`,
  );
  return `\n${directory} is ready. Next:\n  npx nx run ${name}:test${uses.join('')}`;
}

import { posix } from 'node:path';
import { fail, nearestWord, type Result, succeed, unwrap } from '@modelyard/core';
import { scaffoldLib } from '@modelyard/standards';
import { parseModelLibAnswers } from '@modelyard/templates';
import { type GeneratorCallback, getProjects, logger, type Tree } from '@nx/devkit';
import { PYPROJECT_FILE, parsePyproject } from '../../pyproject.ts';
import { normalizeDirectory, requireWorkspace } from '../place.ts';
import { treeSink } from '../tree-sink.ts';
import { addDependency } from './add-dependency.ts';

export interface ModelLibOptions {
  readonly name: string;
  readonly directory?: string;
  readonly for?: readonly string[];
}

const COMMAND = 'nx g model-lib';

/** Makes a shared package, and lets services use it; a package that exists is kept. Bad input throws a ProblemError and changes nothing. */
export default async function modelLib(tree: Tree, options: ModelLibOptions): Promise<GeneratorCallback> {
  requireWorkspace(tree, COMMAND);
  const answers = unwrap(parseModelLibAnswers(options, COMMAND));
  const directory = normalizeDirectory(options.directory ?? `libs/${answers.name}`);
  const users = (options.for ?? []).flatMap((names) => names.split(',')).filter((name) => name !== '');
  const isThere = unwrap(findLib(tree, directory, answers.name, users.length > 0));
  const edits = users.map((user) => ({ user, ...unwrap(extend(tree, user, answers.name, directory)) }));
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

/** The pyproject.toml of the service, with the package in it. */
function extend(tree: Tree, user: string, name: string, directory: string): Result<{ file: string; text: string }> {
  const projects = [...getProjects(tree)];
  const root = projects.find(([project]) => project === user)?.[1].root;
  if (root === undefined || !tree.exists(`${root}/${PYPROJECT_FILE}`)) {
    const known = projects.filter(([, project]) => tree.exists(`${project.root}/${PYPROJECT_FILE}`)).map(([project]) => project);
    const nearest = nearestWord(user, known);
    const what = root === undefined ? `there is no project "${user}"` : `"${user}" has no ${PYPROJECT_FILE}`;
    const remedy = `${nearest ? `did you mean "${nearest}"? ` : ''}Python projects: ${known.join(', ') || 'none'}`;
    return fail({ code: 'unknown-project', where: `${COMMAND} --for`, what, remedy });
  }
  const file = `${root}/${PYPROJECT_FILE}`;
  const text = addDependency(tree.read(file, 'utf-8') ?? '', { name, path: posix.relative(root, directory) }, file);
  return text.ok ? succeed({ file, text: text.value }) : text;
}

function nextSteps(name: string, directory: string, users: readonly string[]): string {
  const uses = users.map(
    (user) => `\n  npx nx run ${user}:lock     (when ${name} needs packages from an index)\n  npx nx run ${user}:train`,
  );
  return `\n${directory} is ready. Next:\n  npx nx run ${name}:test${uses.join('')}`;
}

import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { didYouMean, fail, type Problem, type Result, succeed, unwrap } from '@modelyard/core';
import type { SharedPackage } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';
import type { Project } from './project.ts';
import { normalizeName, PYPROJECT_FILE, type Pyproject, parsePyproject, readPyproject } from './pyproject.ts';

/** A shared package, and the shared packages that it needs itself. */
export interface ModelLib extends SharedPackage {
  readonly dependencies: readonly string[];
  readonly sources: readonly string[];
}

/** The shared packages that a project needs, those of its shared packages too; throws when its pyproject.toml asks for one that there is not. */
export function sharedPackagesOf(project: Project, context: ExecutorContext): SharedPackage[] {
  const file = join(project.directory, PYPROJECT_FILE);
  if (!existsSync(file)) return [];
  const where = file.slice(project.workspace.length + 1).replaceAll('\\', '/');
  const own = unwrap(parsePyproject(readFileSync(file, 'utf8'), where));
  const libs = modelLibs(context);
  const needed = own.isModelLib ? neededBy(own, libs) : unwrap(requireKnown(own, libs, where));
  const unsafe = libs.filter((lib) => lib.directory === project.directory || needed.some(({ name }) => name === lib.name));
  unwrap(requireSources(unsafe, libs));
  return needed;
}

/** As `neededBy`, and a problem for each name that is no shared package: a service's other packages are in requirements.in. */
export function requireKnown(own: Pyproject, libs: readonly ModelLib[], where: string): Result<SharedPackage[]> {
  const names = libs.map((lib) => normalizeName(lib.name));
  const problems = own.dependencies
    .filter((name) => !names.includes(name))
    .map(
      (name): Problem => ({
        code: 'unknown-package',
        where,
        what: `"${name}" is no shared package of this workspace`,
        remedy: `${didYouMean(name, names)}packages from an index go into requirements.in`,
      }),
    );
  return problems.length > 0 ? fail(...problems) : succeed(neededBy(own, libs));
}

/** A problem for each shared package that names another without its folder: locking would look for a stranger of that name on an index. */
export function requireSources(used: readonly ModelLib[], libs: readonly ModelLib[]): Result<undefined> {
  const problems = used.flatMap((lib) =>
    libs
      .filter(({ name }) => lib.dependencies.includes(normalizeName(name)) && !lib.sources.includes(normalizeName(name)))
      .map(
        (other): Problem => ({
          code: 'missing-source',
          where: `${lib.name}/${PYPROJECT_FILE}`,
          what: `it depends on "${other.name}" without saying where that is`,
          remedy: `add it to [tool.uv.sources]: ${other.name} = { path = "${relative(lib.directory, other.directory).replaceAll('\\', '/')}" }`,
        }),
      ),
  );
  return problems.length > 0 ? fail(...problems) : succeed(undefined);
}

/** The shared packages that a project needs, directly or through others, in the order of their names. */
export function neededBy(own: Pick<Pyproject, 'dependencies'>, libs: readonly ModelLib[]): SharedPackage[] {
  const found = new Map<string, SharedPackage>();
  const open = [...own.dependencies];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const lib = libs.find((candidate) => normalizeName(candidate.name) === name);
    if (!lib || found.has(name)) continue;
    found.set(name, { project: lib.project, name: lib.name, directory: lib.directory });
    open.push(...lib.dependencies);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function modelLibs(context: ExecutorContext): ModelLib[] {
  return Object.entries(context.projectsConfigurations.projects).flatMap(([project, { root }]): ModelLib[] => {
    const pyproject = readPyproject(context.root, root);
    if (!pyproject?.isModelLib || pyproject.name === undefined) return [];
    return [
      {
        project,
        name: pyproject.name,
        directory: join(context.root, root),
        dependencies: pyproject.dependencies,
        sources: pyproject.sources,
      },
    ];
  });
}

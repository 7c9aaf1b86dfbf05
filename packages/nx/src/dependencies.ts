import { type CreateDependencies, DependencyType, type RawProjectGraphDependency } from '@nx/devkit';
import { normalizeName, PYPROJECT_FILE, type Pyproject, readPyproject } from './pyproject.ts';

/** A project and what its pyproject.toml says. */
export interface PythonProject {
  /** Its name in the Nx graph. */
  readonly project: string;
  readonly root: string;
  readonly pyproject: Pyproject;
}

/** The edges between Python projects: each distribution that a pyproject.toml depends on, if a project of the workspace makes it. */
export const createDependencies: CreateDependencies = (_options, context) => {
  const projects = Object.entries(context.projects).flatMap(([project, { root }]): PythonProject[] => {
    const pyproject = readPyproject(context.workspaceRoot, root);
    return pyproject ? [{ project, root, pyproject }] : [];
  });
  const known = new Set(Object.values(context.fileMap.projectFileMap).flatMap((files) => files.map(({ file }) => file)));
  return pythonEdges(projects, (file) => known.has(file));
};

/** The edges, as Nx wants them. A file that Nx does not track (an ignored one) may not be named as their source. */
export function pythonEdges(projects: readonly PythonProject[], isTracked: (file: string) => boolean): RawProjectGraphDependency[] {
  const makers = makersOf(projects);
  return projects.flatMap(({ project, root, pyproject }) => {
    const sourceFile = root === '.' ? PYPROJECT_FILE : `${root}/${PYPROJECT_FILE}`;
    const names = new Set([...pyproject.dependencies, ...pyproject.otherDependencies]);
    const targets = [...names].flatMap((name) => makers.get(name) ?? []).filter((target) => target !== project);
    return targets.map((target) => ({
      source: project,
      target,
      ...(isTracked(sourceFile) ? { type: DependencyType.static, sourceFile } : { type: DependencyType.implicit }),
    })) as RawProjectGraphDependency[];
  });
}

/** Normalised distribution name → the Nx project that makes it. */
function makersOf(projects: readonly PythonProject[]): Map<string, string> {
  return new Map(projects.flatMap(({ project, pyproject: { name } }) => (name === undefined ? [] : [[normalizeName(name), project]])));
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  formatBug,
  formatProblems,
  ProblemError,
  PYTHON_VERSIONS,
  parseServiceSpec,
  parseWorkspaceConfig,
  type ServiceSpec,
  SPEC_FILE,
  unwrap,
  WORKSPACE_FILE,
  type WorkspaceConfig,
} from '@modelyard/core';
import type { PythonWorld, ServiceFolder } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';

/** The service that an executor runs for. */
export interface Project {
  readonly name: string;
  /** Absolute path of the service. */
  readonly directory: string;
  /** Absolute path of the workspace. */
  readonly workspace: string;
}

/** The project of an executor's context. */
export function projectOf(context: ExecutorContext): Project {
  return projectNamed(context.projectName as string, context);
}

/** A project of the workspace by its name. */
export function projectNamed(name: string, context: ExecutorContext): Project {
  const root = context.projectsConfigurations.projects[name]?.root as string;
  return { name, directory: join(context.root, root), workspace: context.root };
}

/** The spec of a project; throws a ProblemError with every problem of its file. */
export function specOf(project: Project): ServiceSpec {
  const file = join(project.directory, SPEC_FILE);
  return unwrap(parseServiceSpec(readFileSync(file, 'utf8'), relativeTo(project.workspace, file)));
}

/** The modelyard.yaml of the workspace; throws a ProblemError with every problem of it. */
export function workspaceConfigOf(project: Project): WorkspaceConfig {
  return unwrap(parseWorkspaceConfig(readFileSync(join(project.workspace, WORKSPACE_FILE), 'utf8'), WORKSPACE_FILE));
}

/** The project as the Python edge wants it; a shared package is tried with the oldest Python that services may ask for. */
export function serviceFolderOf(project: Project): ServiceFolder {
  const python = existsSync(join(project.directory, SPEC_FILE)) ? specOf(project).python : PYTHON_VERSIONS[0];
  return { name: project.name, directory: project.directory, python };
}

/** The world that the Python edge works in. */
export function pythonWorldOf(project: Project): PythonWorld {
  return { workspace: project.workspace, env: process.env, isWindows: process.platform === 'win32', log: (line) => console.log(line) };
}

/** Runs the body of an executor: problems are printed as problems, anything else as a bug with its stack. */
export async function executing(body: () => Promise<boolean>): Promise<{ success: boolean }> {
  try {
    return { success: await body() };
  } catch (error) {
    console.error(error instanceof ProblemError ? `\n${formatProblems(error.problems)}` : formatBug(error));
    return { success: false };
  }
}

const relativeTo = (root: string, file: string): string => file.slice(root.length + 1).replaceAll('\\', '/');

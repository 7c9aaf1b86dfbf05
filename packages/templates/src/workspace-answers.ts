import { fail, MODELYARD_VERSION, parseServiceName, type Result, succeed, yamlText } from '@modelyard/core';
import type { View } from './render.ts';

/** What a user chose for a workspace. */
export interface WorkspaceAnswers {
  readonly name: string;
  /** Prefix of image names; empty for images that stay on this machine. */
  readonly registry: string;
  /** Base image with `{version}`; empty for the default. */
  readonly pythonImage: string;
  /** npm specifier of each package of Modelyard that the workspace depends on. */
  readonly packages: Readonly<Record<string, string>>;
}

/** The packages of Modelyard that a workspace uses, and the tools beside them. */
const MODELYARD_PACKAGES = ['@modelyard/nx', 'modelyard'] as const;
const TOOLS = { nx: '^24.0.6', node: '^24.11.0' } as const;

/** Checks and completes the answers for a workspace. */
export function parseWorkspaceAnswers(given: Partial<Record<keyof WorkspaceAnswers, unknown>>, where: string): Result<WorkspaceAnswers> {
  const names = parseServiceName(given.name, where);
  if (!names.ok) return fail(...names.problems);
  return succeed({
    name: names.value.label,
    registry: String(given.registry ?? ''),
    pythonImage: String(given.pythonImage ?? ''),
    packages: (given.packages as Record<string, string> | undefined) ?? {},
  });
}

/** Everything that the workspace templates print. */
export function workspaceView(answers: WorkspaceAnswers, schemas: { readonly service: unknown; readonly workspace: unknown }): View {
  const published = Object.fromEntries(MODELYARD_PACKAGES.map((name) => [name, `^${MODELYARD_VERSION}`]));
  const devDependencies = { ...published, ...answers.packages, ...TOOLS };
  return {
    ...answers,
    devDependencies: Object.fromEntries(Object.entries(devDependencies).sort(([a], [b]) => (a < b ? -1 : 1))),
    serviceSchema: schemas.service,
    workspaceSchema: schemas.workspace,
    yaml: yamlText,
    json: (value: unknown) => JSON.stringify(value, null, 2),
  };
}

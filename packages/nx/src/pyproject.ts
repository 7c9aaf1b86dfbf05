import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type Result, succeed } from '@modelyard/core';
import { parse } from 'smol-toml';

export const PYPROJECT_FILE = 'pyproject.toml';

/** The value of `type` in [tool.modelyard] that marks a shared package. */
export const MODEL_LIB = 'model-lib';

/** What a pyproject.toml says of a Python project, names normalised (PEP 503). */
export interface Pyproject {
  /** As written: `calendar-days`. Left out: the file only configures tools. */
  readonly name?: string;
  /** Names in [project].dependencies. */
  readonly dependencies: readonly string[];
  /** Names in optional dependencies and dependency groups (PEP 735). */
  readonly otherDependencies: readonly string[];
  /** Names that [tool.uv.sources] finds elsewhere than on an index. */
  readonly sources: readonly string[];
  readonly isModelLib: boolean;
}

/** The name by which indexes compare distributions (PEP 503). */
export const normalizeName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

/** The names in a list of requirements (PEP 508); entries that are no text, such as an included group, have none. */
export function requirementNames(requirements: unknown): string[] {
  if (!Array.isArray(requirements)) return [];
  return requirements.flatMap((requirement) => {
    const name = typeof requirement === 'string' ? /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(requirement)?.[1] : undefined;
    return name === undefined ? [] : [normalizeName(name.replace(/[._-]+$/, ''))];
  });
}

/** Parses the text of a pyproject.toml; unknown parts are left to the tools that they belong to. */
export function parsePyproject(text: string, file: string): Result<Pyproject> {
  const source = parseToml(text, file);
  if (!source.ok) return source;
  const project = tableOf(source.value.project);
  const tool = tableOf(tableOf(source.value.tool).modelyard);
  const groups = [tableOf(project['optional-dependencies']), tableOf(source.value['dependency-groups'])];
  return succeed({
    ...(typeof project.name === 'string' ? { name: project.name } : {}),
    dependencies: requirementNames(project.dependencies),
    otherDependencies: groups.flatMap((group) => Object.values(group).flatMap(requirementNames)),
    sources: Object.keys(tableOf(tableOf(tableOf(source.value.tool).uv).sources)).map(normalizeName),
    isModelLib: tool.type === MODEL_LIB,
  });
}

/** The pyproject.toml of a folder; undefined when there is none, or when it cannot be parsed. */
export function readPyproject(workspaceRoot: string, root: string): Pyproject | undefined {
  const file = join(workspaceRoot, root, PYPROJECT_FILE);
  if (!existsSync(file)) return undefined;
  const parsed = parsePyproject(readFileSync(file, 'utf8'), file);
  return parsed.ok ? parsed.value : undefined;
}

function parseToml(text: string, file: string): Result<Record<string, unknown>> {
  try {
    return succeed(parse(text));
  } catch (error) {
    const { line, column, message } = error as { line?: number; column?: number; message: string };
    const where = line === undefined ? file : `${file}:${line}:${column}`;
    return fail({ code: 'broken-toml', where, what: firstLine(message), remedy: 'mend the TOML at this place' });
  }
}

const firstLine = (message: string): string => (message.split('\n', 1)[0] ?? message).replace(/^Invalid TOML document: /, '');

const tableOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

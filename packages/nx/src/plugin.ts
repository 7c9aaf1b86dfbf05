import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseServiceSpec, parseYamlSource, SPEC_FILE } from '@modelyard/core';
import { type CreateNodes, createNodesFromFiles, type ProjectConfiguration } from '@nx/devkit';
import { MODEL_LIB, PYPROJECT_FILE, parsePyproject } from './pyproject.ts';
import { brokenTargets, libTargets, serviceTargets } from './targets/index.ts';

/** Name under which Nx knows the plugin. */
export const name = '@modelyard/nx';

type NamedProject = ProjectConfiguration & { name: string };

/**
 * Infers a project from each model-service.yaml, and from each pyproject.toml that says it is a shared package. A file with
 * problems still gives a project with a name, so that one stray file never kills the graph; its targets print the problems.
 */
export const createNodes: CreateNodes = [
  `**/{${SPEC_FILE},${PYPROJECT_FILE}}`,
  (files, options, context) =>
    createNodesFromFiles(
      (file) => {
        const project = projectIn(file, context.workspaceRoot);
        return project ? { projects: { [project.root]: project } } : {};
      },
      files.filter((file) => dirname(file) !== '.'),
      options,
      context,
    ),
];

function projectIn(file: string, workspaceRoot: string): NamedProject | undefined {
  const root = dirname(file);
  const text = readFileSync(join(workspaceRoot, file), 'utf8');
  if (basename(file) === SPEC_FILE) return projectOf(root, file, text);
  return existsSync(join(workspaceRoot, root, SPEC_FILE)) ? undefined : libOf(root, file, text);
}

/** The project of one spec file. */
export function projectOf(root: string, file: string, text: string): NamedProject {
  const spec = parseServiceSpec(text, file);
  if (!spec.ok) {
    return {
      name: nameIn(text, file) ?? basename(root),
      root,
      projectType: 'application',
      tags: ['type:model-service', 'broken'],
      targets: brokenTargets(),
    };
  }
  const { names, framework, accelerator } = spec.value;
  return {
    name: names.label,
    root,
    sourceRoot: `${root}/src`,
    projectType: 'application',
    tags: ['type:model-service', `framework:${framework}`, `accelerator:${accelerator}`],
    targets: serviceTargets(spec.value),
  };
}

/** The project of a shared package; undefined for a pyproject.toml that is none. Its targets print what is wrong with a broken one. */
export function libOf(root: string, file: string, text: string): NamedProject | undefined {
  const pyproject = parsePyproject(text, file);
  const isLib = pyproject.ok ? pyproject.value.isModelLib : text.includes(`type = "${MODEL_LIB}"`);
  if (!isLib) return undefined;
  return {
    name: (pyproject.ok ? pyproject.value.name : undefined) ?? basename(root),
    root,
    sourceRoot: `${root}/src`,
    projectType: 'library',
    tags: [`type:${MODEL_LIB}`],
    targets: libTargets(),
  };
}

/** The name in a broken file, when it can be read at all and is a usable one. */
function nameIn(text: string, file: string): string | undefined {
  const source = parseYamlSource(text, file);
  const given = source.ok ? (source.value.value as { name?: unknown } | null)?.name : undefined;
  return typeof given === 'string' && /^[\w@/.-]+$/.test(given) ? given : undefined;
}

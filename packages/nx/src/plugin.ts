import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseServiceSpec, parseYamlSource, SPEC_FILE } from '@modelyard/core';
import { type CreateNodes, createNodesFromFiles, type ProjectConfiguration } from '@nx/devkit';
import { brokenTargets, serviceTargets } from './targets/index.ts';

/** Name under which Nx knows the plugin. */
export const name = '@modelyard/nx';

/**
 * Infers a project from each model-service.yaml. A file with problems still gives a project with a name, so that
 * one stray file never kills the graph; its targets print the problems.
 */
export const createNodes: CreateNodes = [
  `**/${SPEC_FILE}`,
  (files, options, context) =>
    createNodesFromFiles(
      (file) => {
        const root = dirname(file);
        return { projects: { [root]: projectOf(root, file, readFileSync(join(context.workspaceRoot, file), 'utf8')) } };
      },
      files.filter((file) => dirname(file) !== '.'),
      options,
      context,
    ),
];

/** The project of one spec file. */
export function projectOf(root: string, file: string, text: string): ProjectConfiguration & { name: string } {
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

/** The name in a broken file, when it can be read at all and is a usable one. */
function nameIn(text: string, file: string): string | undefined {
  const source = parseYamlSource(text, file);
  const given = source.ok ? (source.value.value as { name?: unknown } | null)?.name : undefined;
  return typeof given === 'string' && /^[\w@/.-]+$/.test(given) ? given : undefined;
}

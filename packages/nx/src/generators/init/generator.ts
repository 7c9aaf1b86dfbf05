import { WORKSPACE_FILE } from '@modelyard/core';
import { renderWorkspace } from '@modelyard/standards';
import { parseWorkspaceAnswers } from '@modelyard/templates';
import { readJson, readNxJson, type Tree, updateNxJson } from '@nx/devkit';
import { name as plugin } from '../../plugin.ts';

/** What a workspace needs beside what Nx itself has made. */
const OWN_FILES = [WORKSPACE_FILE, '.modelyard/'];

/** Adds the plugin to nx.json, and modelyard.yaml with its schemas when they are missing. Running it again changes nothing. */
export default async function init(tree: Tree): Promise<void> {
  const nxJson = readNxJson(tree) ?? {};
  const plugins = nxJson.plugins ?? [];
  if (!plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === plugin)) {
    updateNxJson(tree, { ...nxJson, plugins: [...plugins, plugin] });
  }
  const answers = parseWorkspaceAnswers({ name: workspaceName(tree) }, 'init');
  const fallback = parseWorkspaceAnswers({ name: 'models' }, 'init');
  const chosen = answers.ok ? answers : fallback;
  if (!chosen.ok) return;
  for (const file of renderWorkspace(chosen.value).files) {
    if (OWN_FILES.some((prefix) => file.path.startsWith(prefix)) && !tree.exists(file.path)) tree.write(file.path, file.text);
  }
}

function workspaceName(tree: Tree): string {
  const name = tree.exists('package.json') ? (readJson(tree, 'package.json').name as string | undefined) : undefined;
  return (name ?? 'models').replace(/^@[^/]+\//, '');
}

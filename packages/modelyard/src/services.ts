import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { didYouMean, type Problem, ProblemError, parseYamlSource, SPEC_FILE, WORKSPACE_FILE } from '@modelyard/core';

const NEVER_A_SERVICE = new Set(['node_modules', 'dist']);

/** The services of a workspace by name: the folder of each (relative, with "/"), and all of them where several bear one name. */
export type Services = ReadonlyMap<string, readonly string[]>;

/** The workspace that a folder lies in: the nearest folder upwards that holds modelyard.yaml. */
export function findWorkspace(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, WORKSPACE_FILE))) return folder;
    if (folder === dirname(folder)) throw noWorkspace(from);
  }
}

/** Every service in a workspace, in the order of the names. */
export function listServices(workspace: string): Services {
  const byName = Map.groupBy(foldersBelow(workspace, '').toSorted(), (folder) => nameIn(join(workspace, folder, SPEC_FILE)));
  return new Map([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Folders with a spec below a folder, relative; the workspace itself is none. Links and hidden folders are not followed. */
function foldersBelow(workspace: string, folder: string): string[] {
  const entries = readdirSync(join(workspace, folder), { withFileTypes: true });
  const inner = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NEVER_A_SERVICE.has(entry.name))
    .flatMap(({ name }) => foldersBelow(workspace, folder === '' ? name : `${folder}/${name}`));
  return folder !== '' && entries.some(({ name }) => name === SPEC_FILE) ? [folder, ...inner] : inner;
}

/** The folders of the services asked for; a ProblemError names the nearest service for each unknown one, and the folders that share a name. */
export function chooseServices(workspace: string, services: Services, asked: readonly string[]): string[] {
  const chosen = asked.map((name) => ({ name, folders: services.get(name) ?? [] }));
  const problems = chosen.flatMap(({ name, folders }) => {
    if (folders.length === 1) return [];
    return [folders.length === 0 ? unknownService(workspace, name, [...services.keys()]) : doubleService(name, folders)];
  });
  if (problems.length > 0) throw new ProblemError(problems);
  return chosen.flatMap(({ folders }) => folders);
}

function unknownService(workspace: string, name: string, known: readonly string[]): Problem {
  const remedy = known.length === 0 ? 'make one with "npx nx g model-service churn"' : `known: ${known.join(', ')}`;
  return {
    code: 'unknown-service',
    where: workspace,
    what: `there is no service "${name}"`,
    remedy: `${didYouMean(name, known)}${remedy}`,
  };
}

/** A folder that was copied: which of the two is meant, nobody can tell. */
const doubleService = (name: string, folders: readonly string[]): Problem => ({
  code: 'double-service',
  where: folders.map((folder) => `${folder}/${SPEC_FILE}`).join(', '),
  what: `they all name their service "${name}", and one would be deployed over the other`,
  remedy: 'give each a name of its own',
});

/** The names of the services that Nx calls affected, compared with its base (`--base`, NX_BASE or the defaultBase of nx.json). */
export async function affectedServices(workspace: string, services: Services, base: string | undefined): Promise<string[]> {
  const question = ['show', 'projects', '--affected', '--json', ...(base === undefined ? [] : [`--base=${base}`])];
  const { stdout } = await promisify(execFile)('npx', ['--no-install', 'nx', ...question], { cwd: workspace }).catch(
    notAnswered(workspace),
  );
  const affected = new Set(JSON.parse(stdout) as string[]);
  return [...services.keys()].filter((name) => affected.has(name));
}

/** A name as it nearly always stands; the file is parsed in full when its service is asked for. */
const PLAIN_NAME = /^name: *([a-z][a-z0-9-]*) *$/m;

/** The name in a spec file; of a file that cannot be read, its folder's. */
function nameIn(file: string): string {
  const text = readFileSync(file, 'utf8');
  const plain = PLAIN_NAME.exec(text)?.[1];
  if (plain !== undefined) return plain;
  const source = parseYamlSource(text, file);
  const name = source.ok ? (source.value.value as { name?: unknown } | null)?.name : undefined;
  return typeof name === 'string' ? name : basename(dirname(file));
}

const noWorkspace = (from: string) =>
  new ProblemError([
    {
      code: 'no-workspace',
      where: from,
      what: `there is no ${WORKSPACE_FILE} in this folder or above it`,
      remedy: 'go into a workspace, or make one with "npm create modelyard@latest"',
    },
  ]);

const notAnswered = (workspace: string) => (error: Error & { readonly stderr?: string }) => {
  throw new ProblemError([
    {
      code: 'nx-failed',
      where: workspace,
      what: `Nx did not say which projects are affected: ${(error.stderr ?? '').trim().split('\n')[0] || error.message}`,
      remedy: 'name the base commit with --base, or the services themselves',
    },
  ]);
};

import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The root of this repository. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const run = promisify(execFile);

/** The workspaces of this repository that are published, by package name. */
const PUBLISHED = [
  'packages/core',
  'packages/templates',
  'packages/standards',
  'tools/image',
  'tools/python',
  'tools/cluster',
  'tools/deploy',
  'packages/nx',
  'packages/modelyard',
  'generators',
  'packages/create-modelyard',
] as const;

/** Packs every published package into a folder, as `npm publish` would upload it; gives the paths of the tarballs. */
export async function packPackages(directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const args = ['pack', '--json', '--pack-destination', directory, ...PUBLISHED.flatMap((room) => ['--workspace', room])];
  const { stdout } = await run('npm', args, { cwd: REPOSITORY, maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' });
  const packed = JSON.parse(stdout) as Record<string, { filename: string }> | { filename: string }[];
  return Object.values(packed).map(({ filename }) => join(directory, filename));
}

/** The version that the packages carry. */
export async function packedVersion(): Promise<string> {
  return (JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string }).version;
}

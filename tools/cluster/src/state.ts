import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NODE_RUN_DIRECTORY } from './paths.ts';
import type { ClusterState } from './types.ts';

/** The node cluster's state once more, so that it is found when its folder was deleted by hand. */
export const NODE_STATE_FILE = join(NODE_RUN_DIRECTORY, 'cluster.json');

/** The state in a file, or undefined when there is none that can be read. */
export async function readState(file: string): Promise<ClusterState | undefined> {
  try {
    const state = JSON.parse(await readFile(file, 'utf8')) as ClusterState;
    return state.version === 1 ? state : undefined;
  } catch {
    return undefined;
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Writes the state so that a reader sees the old or the new one, never a half. */
export async function writeState(state: ClusterState): Promise<void> {
  const text = `${JSON.stringify(state, null, 2)}\n`;
  await writeWhole(join(state.directory, 'cluster.json'), text);
  if (state.mode === 'node') await writeWhole(NODE_STATE_FILE, text);
}

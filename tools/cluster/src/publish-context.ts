import { mkdir, readFile, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ClusterAccess, withContext, withoutContext } from './kubeconfig.ts';
import type { PublishedContext } from './types.ts';

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readIfThere(file: string): Promise<string | undefined> {
  return (await exists(file)) ? readFile(file, 'utf8') : undefined;
}

/** Replaces a file in one step, through a link to the file behind it, and keeps its mode. */
async function replaceFile(file: string, text: string): Promise<void> {
  const target = (await exists(file)) ? await realpath(file) : file;
  const mode = (await exists(target)) ? (await stat(target)).mode & 0o777 : 0o600;
  await writeFile(`${target}.modelyard-new`, text, { mode });
  await rename(`${target}.modelyard-new`, target);
}

/** Adds the context to the user's kubeconfig; gives what `withdrawContext` needs to undo it. */
export async function publishContext(file: string, context: string, access: ClusterAccess): Promise<PublishedContext> {
  const before = await readIfThere(file);
  const text = withContext(before ?? '', file, context, access);
  const createdFolder = !(await exists(dirname(file)));
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, text);
  return { file, createdFile: before === undefined, createdFolder };
}

/** Takes our entries out of the user's kubeconfig, and the file with them when it was ours and is empty now. */
export async function withdrawContext(published: PublishedContext, context: string): Promise<void> {
  const before = await readIfThere(published.file);
  if (before === undefined) return;
  const after = withoutContext(before, published.file, context);
  if (!after.isEmpty || !published.createdFile) return replaceFile(published.file, after.text);
  await rm(published.file);
  // A folder that something else uses by now stays.
  if (published.createdFolder) await rmdir(dirname(published.file)).catch(() => {});
}

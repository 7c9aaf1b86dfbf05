import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, IMAGE_RECORD_FILE, type Result, succeed } from '@modelyard/core';

/** Which image a service's last build made, and from what. */
export interface ImageRecord {
  /** `<registry>/<name>:<tag>`. */
  readonly ref: string;
  /** The engine's id: `sha256:…`. */
  readonly id: string;
  readonly commit: string | null;
  readonly dirty: boolean;
  /** The registry's digest of it, once it was pushed. */
  readonly digest?: string;
}

/** Writes the record of a build into the service's folder; a reader never sees half of it. */
export async function writeImageRecord(serviceDirectory: string, record: ImageRecord): Promise<void> {
  const file = join(serviceDirectory, IMAGE_RECORD_FILE);
  const { ref, id, commit, dirty, digest } = record;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify({ ref, id, commit, dirty, digest }, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** The record of a service's last build, or the problem that there is none. */
export async function readImageRecord(serviceDirectory: string, service: string): Promise<Result<ImageRecord>> {
  const where = join(serviceDirectory, IMAGE_RECORD_FILE);
  const remedy = `build one with "npx nx run ${service}:docker-build", or pass --image <ref>`;
  const text = readIfThere(where);
  if (text === null) return fail({ code: 'missing-image', where, what: `${service} has no image yet`, remedy });
  const record = parseRecord(text);
  return record === null ? fail({ code: 'bad-image-record', where, what: 'this is not the record of a build', remedy }) : succeed(record);
}

/** Records of hundreds of services are read at once, which another thread would make slower. */
function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function parseRecord(text: string): ImageRecord | null {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof ImageRecord, unknown>> | null;
    if (typeof value?.ref !== 'string' || typeof value.id !== 'string') return null;
    const commit = typeof value.commit === 'string' ? value.commit : null;
    const digest = typeof value.digest === 'string' ? { digest: value.digest } : {};
    return { ref: value.ref, id: value.id, commit, dirty: value.dirty === true, ...digest };
  } catch {
    return null;
  }
}

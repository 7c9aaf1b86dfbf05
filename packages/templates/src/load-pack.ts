import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pack, PackManifest } from './pack.ts';

const PACKS = fileURLToPath(new URL('../packs', import.meta.url));

/** Files about templates that are none themselves. */
const ABOUT = new Set(['pack.json', 'framework.json']);

/** Reads a pack that ships with this package. */
export function loadPack(name: 'model-service' | 'model-lib' | 'workspace'): Pack {
  return readPack(join(PACKS, name));
}

/** Reads a pack from a folder that holds pack.json, `files/` and its variants. */
export function readPack(directory: string): Pack {
  const manifest = JSON.parse(readFileSync(join(directory, 'pack.json'), 'utf8')) as PackManifest;
  const templates: Record<string, string> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(directory, file).split(sep).join('/');
    if (!ABOUT.has(basename(path))) templates[path] = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  }
  return { manifest, templates };
}

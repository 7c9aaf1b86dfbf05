import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FileOwner } from '@modelyard/core';

/** What a pack says about itself, in its pack.json. */
export interface PackManifest {
  readonly name: string;
  readonly version: string;
  /** The first glob that matches a rendered path decides its owner. */
  readonly owners: readonly { readonly glob: string; readonly owner: FileOwner }[];
  /** Answer → folder whose sub-folder of that answer's value is laid over `files`. */
  readonly variants?: Readonly<Record<string, string>>;
  /** Rendered paths that exist only when an answer is true (`when`) or not true (`unless`). */
  readonly conditions?: readonly { readonly glob: string; readonly when?: string; readonly unless?: string }[];
}

/** A versioned set of templates: data only, no code of its own. */
export interface Pack {
  readonly manifest: PackManifest;
  /** Path inside the pack → text of the template. */
  readonly templates: Readonly<Record<string, string>>;
}

/** The pack as one canonical JSON text: keys sorted, so that equal packs give equal bytes. */
function canonicalText(pack: Pack): string {
  const templates = Object.fromEntries(Object.entries(pack.templates).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({ manifest: pack.manifest, templates });
}

/** `sha256-<hex>` over the canonical text; kept in the lock, checked when a kept pack is read again. */
export function packIntegrity(pack: Pack): string {
  return `sha256-${createHash('sha256').update(canonicalText(pack)).digest('hex')}`;
}

/** A pack as the bytes of its `.json.gz` file. */
export function encodePack(pack: Pack): Uint8Array {
  const bytes = gzipSync(canonicalText(pack), { level: 9 });
  // Byte 9 of a gzip header names the system that wrote it (RFC 1952); 255 is "unknown", the same everywhere.
  bytes[9] = 255;
  return bytes;
}

/** The pack in the bytes of a `.json.gz` file; throws when they hold none. */
export function decodePack(bytes: Uint8Array): Pack {
  const pack = JSON.parse(gunzipSync(bytes).toString('utf8')) as Pack;
  if (!pack.manifest?.name || !pack.templates) throw new Error('these bytes hold no template pack');
  return pack;
}

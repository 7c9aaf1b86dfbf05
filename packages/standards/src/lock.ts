import { createHash } from 'node:crypto';
import { type FileOwner, type FileSet, LOCK_FILE, ProblemError } from '@modelyard/core';
import { type Pack, packIntegrity } from '@modelyard/templates';

/** `.modelyard/lock.json`: for each place that a pack was rendered to, from what and into which files. */
export interface Lock {
  readonly schema: 1;
  /** Key: the folder, relative to the workspace; "." is the workspace itself. */
  readonly places: Readonly<Record<string, LockedPlace>>;
}

export interface LockedPlace {
  readonly pack: { readonly name: string; readonly version: string; readonly integrity: string };
  readonly answers: unknown;
  /** Packs laid over this one; none yet. */
  readonly overlays: readonly [];
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly owner: FileOwner }>>;
}

export const EMPTY_LOCK: Lock = { schema: 1, places: {} };

/** The lock in a text; an absent text is the empty lock. Throws a ProblemError when the text is no lock of this schema. */
export function parseLock(text: string | undefined): Lock {
  if (text === undefined) return EMPTY_LOCK;
  const lock = parseJson(text) as Partial<Lock> | null;
  if (lock?.schema !== 1 || typeof lock.places !== 'object') {
    throw badLock(
      `it has schema ${JSON.stringify(lock?.schema)}; this version reads 1`,
      'update the packages of Modelyard in this workspace',
    );
  }
  return lock as Lock;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.includes('\n<<<<<<< ')) throw badLock('it holds the marks of a merge', 'keep the places of both sides, each once, then go on');
    throw badLock(`it is no JSON: ${(error as Error).message}`, `bring it back: git checkout HEAD -- ${LOCK_FILE}`);
  }
}

const badLock = (what: string, remedy: string) => new ProblemError([{ code: 'bad-lock', where: LOCK_FILE, what, remedy }]);

/** The lock with one place added or replaced. */
export function lockPlace(lock: Lock, directory: string, pack: Pack, answers: unknown, files: FileSet): Lock {
  const { name, version } = pack.manifest;
  const place: LockedPlace = {
    pack: { name, version, integrity: packIntegrity(pack) },
    answers,
    overlays: [],
    files: Object.fromEntries(files.map((file) => [file.path, { sha256: sha256(file.text), owner: file.owner }])),
  };
  return { schema: 1, places: { ...lock.places, [directory]: place } };
}

/** The lock as its file's text: places and files sorted, so that equal locks give equal bytes. */
export function formatLock(lock: Lock): string {
  const places = Object.fromEntries(Object.entries(lock.places).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ schema: lock.schema, places }, null, 2)}\n`;
}

/** Hex digest of a text's UTF-8 bytes. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

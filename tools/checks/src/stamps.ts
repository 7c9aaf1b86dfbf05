import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '@modelyard/cluster';
import { ROOT } from './sources.ts';

/** Packages of an index move on: what was proved longer ago is proved again. */
const KEPT_DAYS = 3;

/** What passed on this machine with one set of inputs. */
export interface Stamp {
  readonly at: Date;
  /** How many tests it stands for. */
  readonly tests: number;
}

/** The hash of what a proof depends on: these files, this Node.js and what else is given. Paths are relative to the repository. */
export function hashOfInputs(paths: readonly string[], also: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([...also, process.version, process.arch]));
  for (const path of [...paths].sort()) hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex');
}

/** The proof of these inputs on this machine; undefined when there is none of the last days, or MODELYARD_PROVE_ALL is set. */
export function provedBefore(hash: string, env: NodeJS.ProcessEnv): Stamp | undefined {
  const file = stampFile(hash, env);
  const at = env.MODELYARD_PROVE_ALL ? undefined : statSync(file, { throwIfNoEntry: false })?.mtime;
  if (!at || Date.now() - at.getTime() > KEPT_DAYS * 24 * 3600 * 1000) return undefined;
  return { at, tests: Number(readFileSync(file, 'utf8')) };
}

/** Remembers on this machine that so many tests passed with these inputs. */
export function rememberProof(hash: string, tests: number, env: NodeJS.ProcessEnv): void {
  const file = stampFile(hash, env);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, String(tests));
}

const stampFile = (hash: string, env: NodeJS.ProcessEnv): string => join(cacheDirectory(env), 'proved', hash);

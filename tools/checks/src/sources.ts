import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** A source file of one of the house's rooms. */
export interface SourceFile {
  /** Relative to the repository, with "/". */
  readonly path: string;
  /** The package it belongs to: `packages/core`. */
  readonly room: string;
  readonly text: string;
  /** Everything it imports, type imports and dynamic ones included. */
  readonly imports: readonly string[];
}

/** Paths of all files that git tracks or would track; those that are deleted in the work tree are left out. */
export function trackedFiles(): string[] {
  const output = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  return [...new Set(output.split('\n').filter((path) => path !== '' && existsSync(join(ROOT, path))))];
}

/** All TypeScript sources that ship; specs are left out. */
export function sourceFiles(): SourceFile[] {
  return trackedFiles()
    .filter((path) => /^(packages\/[^/]+|tools\/[^/]+|generators)\/src\/.*\.ts$/.test(path) && !/\.(spec|e2e)\.ts$/.test(path))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { path, room: path.slice(0, path.indexOf('/src/')), text, imports: importsIn(text) };
    });
}

/** Specifiers of static, re-exporting, type and dynamic imports in a text. */
export function importsIn(text: string): string[] {
  const patterns = [/^\s*(?:import|export)\s[^'"`;]*?from\s+'([^']+)'/gms, /^\s*import\s+'([^']+)'/gm, /\bimport\(\s*'([^']+)'\s*\)/g];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] as string));
}

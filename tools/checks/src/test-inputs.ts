import { roomOfImport } from './house.ts';
import { importsIn } from './sources.ts';

/** A tracked file: its path, and its text where imports are looked for in it. */
export type TextOf = (path: string) => string;

const TEST_FILE = /\.(spec|e2e)\.ts$/;
/** What no test against a cluster and no journey reads. */
const NEVER_READ = [/^docs\//, /^\.ci\//, /^[^/]+\.md$/, /^examples\//, /^tools\/bench\//];
/** What every test depends on: the locked libraries, the charts, how tests are run and the machine that is prepared for them. */
const ALWAYS_READ = [
  /^package-lock\.json$/,
  /^vitest\.config\.ts$/,
  /^tsconfig[^/]*\.json$/,
  /^charts\//,
  /^tools\/checks\/src\/[^/]+$/,
  /^tools\/e2e\/src\/(machine\/|machine-setup|prepare-machine)/,
];

/** The test files of a vitest project that needs a machine: `api` or `e2e`. */
export function testFilesOf(project: string, tracked: readonly string[]): string[] {
  const pattern = project === 'api' ? /\.api\.spec\.ts$/ : /(^tools\/e2e\/src\/.*\.e2e|\.engine\.spec)\.ts$/;
  return tracked.filter((path) => pattern.test(path));
}

/**
 * Every tracked file that a test file depends on: itself, what every test reads, and all files of the rooms that its own room imports, directly
 * or through others. Journeys pack all packages, so that all rooms are theirs. Other tests are no part of it.
 */
export function inputsOf(testFile: string, tracked: readonly string[], textOf: TextOf): string[] {
  const rooms = testFile.startsWith('tools/e2e/') ? undefined : roomsBelow(testFile, tracked, textOf);
  const isInput = (path: string): boolean =>
    ALWAYS_READ.some((pattern) => pattern.test(path)) ||
    (rooms ? rooms.has(roomOf(path) ?? '') : !NEVER_READ.some((pattern) => pattern.test(path)));
  return tracked.filter((path) => path === testFile || (isInput(path) && !TEST_FILE.test(path)));
}

/** The room of a test file and all rooms that can be reached from it by imports. */
function roomsBelow(testFile: string, tracked: readonly string[], textOf: TextOf): Set<string> {
  const sources = tracked.filter((path) => path.endsWith('.ts') && (path === testFile || !TEST_FILE.test(path)));
  const rooms = new Set<string>();
  const waiting = [roomOf(testFile) ?? ''];
  for (let room = waiting.pop(); room !== undefined; room = waiting.pop()) {
    if (rooms.has(room)) continue;
    rooms.add(room);
    const imports = sources.filter((path) => roomOf(path) === room).flatMap((path) => importsIn(textOf(path)));
    waiting.push(...imports.flatMap((specifier) => roomOfImport(specifier) ?? []));
  }
  return rooms;
}

/** `packages/core` of `packages/core/src/name.ts`; undefined for a file of no room. */
const roomOf = (path: string): string | undefined => /^(packages\/[^/]+|tools\/[^/]+|generators)\//.exec(path)?.[1];

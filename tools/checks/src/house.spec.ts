import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALLOWED_BETWEEN_DOORS, DOORS, FLOORS, floorOf, OUTSIDE, roomOfImport } from './house.ts';
import { type SourceFile, sourceFiles } from './sources.ts';

const files = sourceFiles();
const inHouse = files.filter((file) => !OUTSIDE.includes(file.room));
const arrows = inHouse.flatMap((file) =>
  file.imports.flatMap((specifier) => {
    const target = roomOfImport(specifier);
    return target && target !== file.room ? [{ file, target }] : [];
  }),
);

describe('the house', () => {
  test('every room stands on a floor or is declared outside', () => {
    const unknown = [...new Set(files.map((file) => file.room))].filter((room) => floorOf(room) < 0 && !OUTSIDE.includes(room));
    expect(unknown).toEqual([]);
  });

  test('arrows point down only, and doors never import each other', () => {
    const wrong = arrows
      .filter(({ file, target }) => floorOf(target) >= floorOf(file.room) && !ALLOWED_BETWEEN_DOORS.includes(`${file.room} -> ${target}`))
      .map(({ file, target }) => `${file.path} -> ${target}`);
    expect(wrong).toEqual([]);
  });

  test('nothing in the house imports a room outside', () => {
    const outward = inHouse.filter((file) => file.imports.some((specifier) => /@modelyard\/(checks|e2e|bench)/.test(specifier)));
    expect(outward.map((file) => file.path)).toEqual([]);
  });

  test('there are at most five floors', () => {
    expect(FLOORS.length).toBeLessThanOrEqual(5);
  });

  test('no files import each other in a circle', () => {
    expect(circles(files)).toEqual([]);
  });

  test('folders of a room meet through index.ts', () => {
    const wrong = files.flatMap((file) =>
      relativeImports(file)
        .filter((target) => crossesFolder(file.path, target) && !target.endsWith('/index.ts'))
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(wrong.filter((arrow) => !INTO_FOLDER_FACES.some((face) => face.test(arrow)))).toEqual([]);
  });
});

describe('what only some rooms may do', () => {
  test('@kubernetes/client-node is imported in tools/deploy/src/cluster alone', () => {
    expect(importersOf('@kubernetes/client-node').filter((path) => !path.startsWith('tools/deploy/src/cluster/'))).toEqual([]);
  });

  test('only templates imports ejs, and nothing uses generateFiles or copyTpl', () => {
    expect(importersOf('ejs').filter((path) => !path.startsWith('packages/templates/'))).toEqual([]);
    expect(inHouse.filter((file) => /\b(generateFiles|copyTpl)\b/.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  test('only Yeoman doors import Yeoman, and only the Nx door imports Nx', () => {
    const yeoman = inHouse.filter((file) => file.imports.some((name) => /^(yeoman-|@yeoman\/|mem-fs)/.test(name)));
    expect(yeoman.filter((file) => !['generators', 'packages/create-modelyard'].includes(file.room)).map((file) => file.path)).toEqual([]);
    const nx = inHouse.filter((file) => file.imports.some((name) => /^(nx|@nx\/.*)$/.test(name)));
    expect(nx.filter((file) => file.room !== 'packages/nx').map((file) => file.path)).toEqual([]);
  });

  test('core touches no file system, process or network', () => {
    const impure = files.filter((file) => file.room === 'packages/core' && file.imports.some((name) => name.startsWith('node:')));
    expect(impure.map((file) => file.path)).toEqual([]);
  });

  test('process.env and process.exit stand in doors only', () => {
    const users = inHouse.filter((file) => /process\.(env|exit)\b/.test(withoutComments(file.text)) && !DOORS.includes(file.room));
    expect(users.map((file) => file.path).filter((path) => !TEST_SUPPORT.test(path))).toEqual([]);
  });
});

describe('sizes', () => {
  test('no source file is longer than 250 lines', () => {
    expect(files.filter((file) => file.text.split('\n').length > 251).map((file) => file.path)).toEqual([]);
  });
});

/** Files that only tests load. */
const TEST_SUPPORT = /\/(testing|test-setup)(\/|\.ts$)/;
/** A folder of plugins is faced by the file that Nx or Yeoman loads by path. */
const INTO_FOLDER_FACES = [/^packages\/nx\/src\/(executors|generators)\//, /^generators\/src\/generators\//];

const importersOf = (name: string): string[] =>
  inHouse
    .filter((file) => file.imports.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)))
    .map((file) => file.path);

function relativeImports(file: SourceFile): string[] {
  return file.imports.filter((name) => name.startsWith('.')).map((name) => posix.join(posix.dirname(file.path), name));
}

/** True when an import enters a folder that is neither the file's own nor one above it. */
function crossesFolder(from: string, to: string): boolean {
  return !`${posix.dirname(from)}/`.startsWith(`${posix.dirname(to)}/`);
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** Every circle of relative imports, each as the path around it. */
function circles(all: readonly SourceFile[]): string[] {
  const graph = new Map(all.map((file) => [file.path, relativeImports(file)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { ROOT } from './sources.ts';

// Node opens a file for each module, and the command line is a thousand of them: one bundle starts four times as fast.
// What finds files beside itself (templates, the cluster's sources) cannot move into it and is loaded when it is needed.
const EXTERNAL = /^@modelyard\/(cluster|standards|templates)(\/|$)/;
const door = join(ROOT, 'packages/modelyard');
const output = join(door, 'dist/cli');

rmSync(output, { recursive: true, force: true });
const input = join(door, 'dist/start.js');
const bundle = await rolldown({
  input,
  platform: 'node',
  external: EXTERNAL,
  cwd: door,
  plugins: [http2WhenAsked(), oneCopyOfEach()],
});
const { output: chunks } = await bundle.write({
  dir: output,
  // An ES module that imports a module of Node loads every part of it, WebSocket and WebCrypto among them; require does not.
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  // V8 reads a text of one-byte characters in a third of the time; lines and names stay, for whoever reads a stack.
  comments: false,
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
});
await bundle.close();
const modules = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])).filter((id) => !id.startsWith('\0'));
writeFileSync(
  join(output, 'LICENSES.txt'),
  licensesOf([...new Set(modules.map(packageOf).filter((folder) => folder !== undefined))].sort()),
);

/** undici, which comes with credential plugins, loads its HTTP/2, and Node's, before it is asked for: 15 ms for what is seldom used. */
function http2WhenAsked(): Plugin {
  const prefix = '\0when-asked:';
  return {
    name: 'http2-when-asked',
    resolveId: (name, importer) =>
      name === './client-h2.js' && importer?.includes('/undici/') ? prefix + join(dirname(importer), name) : null,
    load: (id) =>
      id.startsWith(prefix) ? `module.exports = (...args) => require(${JSON.stringify(id.slice(prefix.length))})(...args);` : null,
  };
}

/** A package that two of ours have at the same version, each in a folder of its own, is loaded once; the second copy would start cold. */
function oneCopyOfEach(): Plugin {
  const folders = new Map<string, string>();
  return {
    name: 'one-copy-of-each',
    resolveId: async function (name, importer) {
      const found = /^[./\0]/.test(name) ? null : await this.resolve(name, importer, { skipSelf: true });
      const folder = found && !found.external ? packageOf(found.id) : undefined;
      if (!found || folder === undefined) return null;
      const first = folders.get(nameOf(folder)) ?? folder;
      folders.set(nameOf(folder), first);
      return { ...found, id: first + found.id.slice(folder.length) };
    },
  };
}

/** The folder of the package in node_modules that a module is of; undefined for our own. */
function packageOf(module: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module.replaceAll('\\', '/'))?.[0];
}

/** The licences of the packages that the bundle holds, as they ask for. */
function licensesOf(folders: readonly string[]): string {
  return folders.map((folder) => `${nameOf(folder)}\n\n${licenseOf(folder)}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

function licenseOf(folder: string): string {
  const file = globSync('{LICENSE,LICENCE,license,COPYING}*', { cwd: folder }).sort()[0];
  return file === undefined ? `licence: ${manifestOf(folder).license}` : readFileSync(join(folder, file), 'utf8').trim();
}

function nameOf(folder: string): string {
  const { name, version } = manifestOf(folder);
  return `${name} ${version}`;
}

function manifestOf(folder: string): { name: string; version: string; license?: string } {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) throw new Error(`${basename(dirname(file))} has no package.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

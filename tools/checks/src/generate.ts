import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chartSchema, exampleFiles, frameworkList, generatorSchema, referencePages } from './generated/index.ts';
import { ROOT, trackedFiles } from './sources.ts';

/** Folders in which every file is generated: what is there and no longer made is stale. */
const OWNED = ['docs/reference/', 'examples/'];

const HELP = `npm run generate [-- --check]

Writes everything that is derived from another file of this repository: reference pages, the example workspace, option schemas.
  --check   write nothing; fail when a file is not what it would be`;

const isCheck = process.argv.includes('--check');
if (process.argv.includes('--help')) console.log(HELP);
else
  process.exitCode = update(
    new Map([...referencePages(), ...exampleFiles(), ...generatorSchema(), ...frameworkList(), ...chartSchema()]),
    isCheck,
  );

/** Writes the files, or with `check` only compares; gives the exit code. */
function update(wanted: ReadonlyMap<string, string>, check: boolean): number {
  const stale = [...wanted].filter(([path, text]) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), 'utf8') !== text);
  const orphans = trackedFiles().filter(
    (path) => OWNED.some((folder) => path.startsWith(folder)) && !wanted.has(path) && existsSync(join(ROOT, path)),
  );
  if (check) {
    for (const path of [...stale.map(([name]) => name), ...orphans]) console.error(`stale-file  ${path}: differs from its source`);
    if (stale.length + orphans.length > 0) console.error('          run "npm run generate" and read the difference');
    else console.log(`generated files: all ${wanted.size} current`);
    return stale.length + orphans.length > 0 ? 1 : 0;
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  for (const path of orphans) rmSync(join(ROOT, path));
  console.log(`generated files: ${stale.length} written, ${orphans.length} removed, ${wanted.size - stale.length} current`);
  return 0;
}

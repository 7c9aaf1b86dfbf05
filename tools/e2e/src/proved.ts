import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'vitest';
import { cacheDirectory } from './machine/index.ts';
import { REPOSITORY } from './pack.ts';

/** Packages of an index move on: what was proved longer ago is proved again. */
const KEPT_DAYS = 3;
/** What every service is made, trained, built and tried by; unit tests and other journeys are left out. */
const MAKERS = [
  /^(packages\/(core|templates|standards)|tools\/(python|image))\/.*(?<!\.spec\.ts)$/,
  /^tools\/e2e\/src\/(machine\/.*|(frameworks|images|gpu-image)\.e2e|container|planted|prepare-machine|proved|service-image|tables)\.ts$/,
  /^package-lock\.json$/,
];
const FRAMEWORK_FOLDER = /^packages\/templates\/packs\/model-service\/(?:frameworks|gpu-locks)\/([a-z]+)/;

/**
 * A test of what one framework gives. It is skipped, and says so, where the same inputs passed it on this machine in the last
 * days; MODELYARD_PROVE_ALL=1 runs it all the same. A fresh machine has proved nothing.
 */
export function provedTest(title: string, framework: string, body: () => Promise<void>): void {
  test(title, async (context: TestContext) => {
    const stamp = join(cacheDirectory(process.env), 'proved', hashOf(title, framework));
    const provedAt = process.env.MODELYARD_PROVE_ALL ? undefined : dateOf(stamp);
    if (provedAt && Date.now() - provedAt.getTime() < KEPT_DAYS * 24 * 3600 * 1000) {
      console.log(`proved on ${provedAt.toISOString()} with the same inputs (MODELYARD_PROVE_ALL=1 runs it again): ${title}`);
      context.skip();
    }
    await body();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, '');
  });
}

function hashOf(title: string, framework: string): string {
  const image = process.env.MODELYARD_E2E_BASE_IMAGE_ID ?? '';
  const hash = createHash('sha256').update(JSON.stringify([title, image, process.version, process.arch]));
  for (const path of sourcesOf(framework)) hash.update(`${path}\0`).update(readFileSync(join(REPOSITORY, path)));
  return hash.digest('hex');
}

/** Every file that git tracks or would track, and that has a part in a framework's services. */
function sourcesOf(framework: string): string[] {
  const output = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: REPOSITORY, encoding: 'utf8' });
  const files = [...new Set(output.split('\n'))].filter((file) => MAKERS.some((makers) => makers.test(file)) && belongsTo(file, framework));
  return files.filter((file) => existsSync(join(REPOSITORY, file))).sort();
}

/** Whether a file has a part in a framework's services: its own folder, and all that belongs to none. */
function belongsTo(file: string, framework: string): boolean {
  const owner = FRAMEWORK_FOLDER.exec(file)?.[1];
  return owner === undefined || owner === framework;
}

function dateOf(file: string): Date | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtime;
}

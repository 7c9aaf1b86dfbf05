import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '@modelyard/cluster';
import { type DockerEngine, expectDocker, inspectImage, runDocker } from '@modelyard/image';
import { findHostPython } from './host-python.ts';
import { type Machine, runTool, showStep } from './machine.ts';
import { CA_BUNDLE, makeRootfs, ROOTFS_RECIPE_VERSION, type RootfsRecipe } from './rootfs.ts';

/** The image that generated services start from on this machine. */
export interface BaseImage {
  readonly ref: string;
  /** What `images.python` of modelyard.yaml has to be, with `{version}` where the Python version goes. */
  readonly pattern: string;
  readonly origin: 'official' | 'present' | 'restored' | 'made';
}

const OFFICIAL = { ref: 'python:3.11-slim', pattern: 'python:{version}-slim' };
/** The stand-in has a name of its own, which no registry serves: it is never taken for the official image, nor published. */
const STAND_IN = { ref: 'modelyard.test/python:3.11', pattern: 'modelyard.test/python:{version}' };
/** Label of a stand-in: a hash of what it was made from. */
export const STAND_IN_LABEL = 'dev.modelyard.stand-in';
const AUTHORITIES = '/usr/local/share/ca-certificates';
const PULL_SECONDS = 60;

/** The official Python image when it is here or can be pulled, else a stand-in made on this machine and kept in the cache. */
export async function ensureBaseImage(engine: DockerEngine, machine: Machine): Promise<BaseImage> {
  const recipe = await readRecipe(machine);
  const print = await fingerprintOf(recipe);
  if ((await inspectImage(engine, STAND_IN.ref))?.labels[STAND_IN_LABEL] === print) return present(STAND_IN, machine);
  if ((await inspectImage(engine, OFFICIAL.ref)) !== null) return present(OFFICIAL, machine);
  const archive = join(cacheDirectory(machine.env), 'base-image', `python-3.11-${print}.tar`);
  const isCached = await isThere(archive);
  if (!isCached && (await canPull(engine, machine))) return { ...OFFICIAL, origin: 'official' };
  if (!isCached) await makeArchive(archive, recipe, machine);
  await showStep(machine.log, `base image: importing ${STAND_IN.ref}`, () => importArchive(engine, archive, recipe, print));
  return { ...STAND_IN, origin: isCached ? 'restored' : 'made' };
}

function present(image: typeof STAND_IN, machine: Machine): BaseImage {
  machine.log(`base image: ${image.ref} is present`);
  return { ...image, origin: 'present' };
}

async function readRecipe(machine: Machine): Promise<RootfsRecipe> {
  const names = (await readdir(AUTHORITIES).catch(() => [])).filter((name) => name.endsWith('.crt')).toSorted();
  return { python: await findHostPython(machine), authorities: names.map((name) => join(AUTHORITIES, name)) };
}

async function fingerprintOf(recipe: RootfsRecipe): Promise<string> {
  const hash = createHash('sha256').update(`${ROOTFS_RECIPE_VERSION} ${process.arch} ${recipe.python?.version ?? 'debian'}`);
  for (const file of recipe.authorities) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

async function canPull(engine: DockerEngine, machine: Machine): Promise<boolean> {
  machine.log(`base image: docker pull ${OFFICIAL.ref} ...`);
  const outcome = await runDocker(engine, ['pull', '--quiet', OFFICIAL.ref], PULL_SECONDS);
  const reason = outcome.stderr.trim().split('\n').at(-1);
  machine.log(
    outcome.exitCode === 0 ? `base image: ${OFFICIAL.ref} is pulled` : `base image: ${OFFICIAL.ref} cannot be pulled here (${reason})`,
  );
  return outcome.exitCode === 0;
}

async function makeArchive(archive: string, recipe: RootfsRecipe, machine: Machine): Promise<void> {
  const root = `${archive}.rootfs`;
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  const python = recipe.python === null ? "Debian's Python 3.11" : `Python ${recipe.python.version} of ${recipe.python.prefix}`;
  try {
    await showStep(machine.log, `base image: making a stand-in from Debian 12 and ${python}`, () => makeRootfs(root, recipe, machine));
    await runTool(
      machine,
      'tar',
      ['--create', '--numeric-owner', '--file', `${archive}.partial`, '--directory', root, '.'],
      'leave room in the cache',
    );
    await rename(`${archive}.partial`, archive);
  } finally {
    await rm(root, { recursive: true, force: true });
    await rm(`${archive}.partial`, { force: true });
  }
}

async function importArchive(engine: DockerEngine, archive: string, recipe: RootfsRecipe, print: string): Promise<void> {
  const changes = [
    'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
    'ENV LANG=C.UTF-8',
    // uv and most of Python's TLS read this; pip reads /etc/pip.conf.
    ...(recipe.authorities.length > 0 ? [`ENV SSL_CERT_FILE=${CA_BUNDLE}`] : []),
    `LABEL ${STAND_IN_LABEL}=${print}`,
    'LABEL org.opencontainers.image.description="local stand-in for python:3.11-slim, never to be published"',
    'CMD ["python3"]',
  ].flatMap((change) => ['--change', change]);
  const problem = {
    code: 'no-base-image',
    where: archive,
    what: 'docker import refused this file',
    remedy: 'remove the file and run again',
  };
  await expectDocker(engine, ['import', ...changes, '--message', 'local stand-in', archive, STAND_IN.ref], problem);
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

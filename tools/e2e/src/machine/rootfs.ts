import { access, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostPython } from './host-python.ts';
import { type Machine, runTool } from './machine.ts';

/** What the file system of the stand-in is made from. */
export interface RootfsRecipe {
  /** Copied to /usr/local; null takes Debian's own Python 3.11. */
  readonly python: HostPython | null;
  /** Certificates of extra authorities that this machine trusts. */
  readonly authorities: readonly string[];
}

/** Changed when the recipe below changes, so that cached results of the old one are not used. */
export const ROOTFS_RECIPE_VERSION = 1;
/** The bundle that every program of the image is pointed to when there are extra authorities. */
export const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

const MERGED_USR = '/usr/share/mmdebstrap/hooks/merged-usr';
const BASE = ['ca-certificates', 'netbase', 'tzdata', 'usr-is-merged'];
const PYTHON_LIBRARIES = 'libbz2-1.0 libffi8 liblzma5 libsqlite3-0 libssl3 libreadline8 libncursesw6 zlib1g libuuid1 libexpat1'.split(' ');
const DEBIAN_PYTHON = ['python3.11', 'python3.11-venv', 'python3-pip'];
const LEFT_OUT = ['doc', 'man', 'info', 'locale', 'lintian'];
const REMEDY = 'see the last lines above; the base image needs mmdebstrap and the Debian package sources';

/** Makes the file system of the stand-in in an empty folder: Debian 12, Python 3.11, the machine's authorities. */
export async function makeRootfs(root: string, recipe: RootfsRecipe, machine: Machine): Promise<void> {
  await bootstrapDebian(root, recipe.python === null ? DEBIAN_PYTHON : PYTHON_LIBRARIES, machine);
  await writeFile(join(root, 'etc/apt/apt.conf.d/docker-clean'), APT_WITHOUT_CACHES);
  if (recipe.python === null) await adoptDebianPython(root);
  else await copyPython(root, recipe.python, machine);
  if (recipe.authorities.length > 0) await trustAuthorities(root, recipe.authorities, machine);
  await inside(root, ['/usr/local/bin/python', '-m', 'pip', '--version'], machine);
  await inside(root, ['/usr/bin/find', '/usr/local', '-name', '__pycache__', '-prune', '-exec', 'rm', '-rf', '{}', '+'], machine);
  await Promise.all(['etc/resolv.conf', 'etc/hostname'].map((file) => rm(join(root, file), { force: true })));
}

// Without the two empty pkgcache lines, each layer that runs apt would carry some 60 MB of caches.
const APT_WITHOUT_CACHES = `Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::GzipIndexes "true";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };
`;

async function bootstrapDebian(root: string, packages: readonly string[], machine: Machine): Promise<void> {
  const sources = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];
  const present = await Promise.allSettled(sources.map((file) => access(file)));
  const source = sources.find((_, index) => present[index]?.status === 'fulfilled');
  const leaveOut = LEFT_OUT.map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`);
  const args = [
    ...['--quiet', '--mode=root', '--variant=minbase', `--include=${[...BASE, ...packages].join(',')}`],
    // Without merged-usr from the start, usr-is-merged brings perl along: 47 MB.
    `--hook-dir=${MERGED_USR}`,
    '--dpkgopt=force-unsafe-io',
    ...leaveOut,
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    '--aptopt=Acquire::Languages "none"',
    '--customize-hook=rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/var/log/*',
    'bookworm',
    root,
    ...(source === undefined ? [] : [source]),
  ];
  await runTool(machine, 'mmdebstrap', args, REMEDY);
}

/** Python as the official image lays it out: in /usr/local, without tests, static libraries and other people's packages. */
async function copyPython(root: string, python: HostPython, machine: Machine): Promise<void> {
  const target = join(root, 'usr/local');
  const archive = join(root, 'python.tar');
  const unwanted = ['__pycache__', '*.pyc', '*.a', 'lib/python3.11/site-packages/*', 'lib/python3.11/test', 'lib/python3.11/*/test'];
  const excludes = [...unwanted, 'lib/python3.11/*/tests', 'lib/python3.11/config-*/*.o'].map((pattern) => `--exclude=${pattern}`);
  const parts = ['bin/python3.11', 'bin/python3.11-config', 'include', 'lib/libpython3.11.so.1.0', 'lib/libpython3.so', 'lib/python3.11'];
  await mkdir(join(target, 'lib/python3.11/site-packages'), { recursive: true });
  await runTool(machine, 'tar', ['--create', '--file', archive, '--directory', python.prefix, ...excludes, ...parts], REMEDY);
  await runTool(machine, 'tar', ['--extract', '--no-same-owner', '--file', archive, '--directory', target], REMEDY);
  await rm(archive);
  await symlink('libpython3.11.so.1.0', join(target, 'lib/libpython3.11.so'));
  await linkNames(root, 'python3.11');
  await stripBinaries(target, machine);
  await forgetPrefix(target, python.prefix);
  await inside(root, ['/sbin/ldconfig'], machine);
  await inside(root, ['/usr/local/bin/python', '-m', 'ensurepip', '--default-pip'], machine);
}

async function adoptDebianPython(root: string): Promise<void> {
  // The image is for services alone: pip may write, as it may in the official image.
  await rm(join(root, 'usr/lib/python3.11/EXTERNALLY-MANAGED'), { force: true });
  await linkNames(root, '/usr/bin/python3.11');
}

async function linkNames(root: string, target: string): Promise<void> {
  for (const name of ['python3', 'python']) {
    await rm(join(root, 'usr/local/bin', name), { force: true });
    await symlink(target, join(root, 'usr/local/bin', name));
  }
}

async function stripBinaries(target: string, machine: Machine): Promise<void> {
  const modules = join(target, 'lib/python3.11/lib-dynload');
  const names = (await readdir(modules)).filter((name) => name.endsWith('.so'));
  const files = [join(target, 'bin/python3.11'), join(target, 'lib/libpython3.11.so.1.0'), ...names.map((name) => join(modules, name))];
  // Where binutils is missing the image is only larger.
  await runTool(machine, 'strip', ['--strip-unneeded', ...files], REMEDY).catch(() => {});
}

/** Puts /usr/local where files name the folder that Python was built for. */
async function forgetPrefix(target: string, prefix: string): Promise<void> {
  const library = join(target, 'lib/python3.11');
  const config = (await readdir(library)).filter((name) => name.startsWith('_sysconfigdata') || name.startsWith('config-3.11'));
  const files = config.map((name) => join(library, name.startsWith('config') ? `${name}/Makefile` : name));
  for (const file of [...files, join(target, 'bin/python3.11-config')]) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) await writeFile(file, text.replaceAll(prefix, '/usr/local'));
  }
}

async function trustAuthorities(root: string, certificates: readonly string[], machine: Machine): Promise<void> {
  for (const [index, file] of certificates.entries()) {
    await copyFile(file, join(root, 'usr/local/share/ca-certificates', `machine-${index + 1}.crt`));
  }
  await inside(root, ['/usr/sbin/update-ca-certificates'], machine);
  await writeFile(join(root, 'etc/pip.conf'), `[global]\ncert = ${CA_BUNDLE}\n`);
}

const inside = (root: string, command: readonly string[], machine: Machine): Promise<void> => {
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
  return runTool({ ...machine, env }, '/usr/sbin/chroot', [root, ...command], REMEDY);
};

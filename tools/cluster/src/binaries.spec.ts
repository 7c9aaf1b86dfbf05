import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BinarySources, findBinaries } from './binaries.ts';

const needed = ['etcd', 'kwok'];
const platform = `${process.platform}-${process.arch}`;
let root: string;
let lines: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'modelyard-'));
  lines = [];
});
afterEach(() => rm(root, { recursive: true }));

async function folderWith(path: string, names: readonly string[]): Promise<string> {
  await mkdir(path, { recursive: true });
  for (const name of names) {
    await writeFile(join(path, name), '');
    await chmod(join(path, name), 0o755);
  }
  return path;
}

const sourcesOf = (change: Partial<BinarySources> = {}): BinarySources => ({
  packaged: () => undefined,
  go: async () => undefined,
  build: async () => {
    throw new Error('nothing should be built');
  },
  hash: async () => 'abc',
  ...change,
});

const find = (env: NodeJS.ProcessEnv, sources = sourcesOf()) =>
  findBinaries(needed, { env: { MODELYARD_CACHE: root, ...env }, log: (line) => lines.push(line) }, sources);

test('MODELYARD_KUBE_BIN comes first', async () => {
  const bin = await folderWith(join(root, 'bin'), needed);
  const assets = await folderWith(join(root, 'assets'), needed);
  expect(await find({ MODELYARD_KUBE_BIN: bin, KUBEBUILDER_ASSETS: assets })).toBe(bin);
  expect(lines).toEqual([`Kubernetes programs: ${bin} (MODELYARD_KUBE_BIN)`]);
});

test('MODELYARD_KUBE_BIN that lacks a program is a mistake to mend', async () => {
  const bin = await folderWith(join(root, 'bin'), ['etcd']);
  await expect(find({ MODELYARD_KUBE_BIN: bin })).rejects.toThrow(
    `missing-binaries  MODELYARD_KUBE_BIN=${bin}: the folder lacks kwok
          put them there, or unset MODELYARD_KUBE_BIN to have them built`,
  );
});

test('KUBEBUILDER_ASSETS made for other tools is passed over, then comes the platform package', async () => {
  const assets = await folderWith(join(root, 'assets'), ['etcd']);
  const packaged = await folderWith(join(root, 'package'), needed);
  expect(await find({ KUBEBUILDER_ASSETS: assets }, sourcesOf({ packaged: () => packaged }))).toBe(packaged);
  expect(lines).toEqual([
    `KUBEBUILDER_ASSETS (${assets}) lacks kwok; looking further`,
    `Kubernetes programs: ${packaged} (the installed platform package)`,
  ]);
});

test('the cache is taken when it was built from the same sources', async () => {
  const cached = await folderWith(join(root, 'kube', `abc-${platform}`), needed);
  expect(await find({})).toBe(cached);
  expect(lines).toEqual([`Kubernetes programs: ${cached} (cache)`]);
});

test('an empty cache is filled by a build', async () => {
  const cached = join(root, 'kube', `abc-${platform}`);
  const build = async (_go: string, target: string) => void (await folderWith(target, needed));
  expect(await find({}, sourcesOf({ go: async () => '/go', build }))).toBe(cached);
  expect(lines).toEqual([
    `building Kubernetes with /go into ${cached}: once for this machine, 12 to 40 minutes on two cores`,
    `Kubernetes programs: ${cached} (just built)`,
  ]);
});

test('without Go the problem says what to install', async () => {
  await expect(find({})).rejects.toThrow(
    `no-kubernetes-binaries  modelyard cluster up: found no Kubernetes programs, and no Go to build them with
          install Go 1.26 or later (https://go.dev/dl) and run the command again, or set MODELYARD_KUBE_BIN to a folder that has them`,
  );
});

import { fail, type Result, succeed } from '@modelyard/core';
import { impossibleSet, noGpuBuild, unknownVersion } from './refuse.ts';
import type { CudaAsk, CudaBuild, CudaMatrix, CudaSet } from './types.ts';
import { compareVersions, isNewerThanAll, matchesVersion } from './versions.ts';

/**
 * The set for what was asked: the newest version that fits, of its builds the one that plain PyPI serves.
 * What no row holds is refused with the nearest sets; what is newer than every row needs `acceptUnknown`.
 */
export function resolveCuda(ask: CudaAsk, matrix: CudaMatrix, where: string): Result<CudaSet> {
  const builds = matrix.builds.filter((build) => build.framework === ask.framework);
  if (builds.length === 0) return noGpuBuild(ask.framework, matrix, where);
  const found = newestFit(ask, builds);
  if (found) return onBase(ask, setOf(found, matrix), matrix, where);
  if (!isUnknown(ask, builds)) return impossibleSet(ask, builds, where);
  if (!ask.acceptUnknown || !ask.cuda?.includes('.')) return unknownVersion(ask, builds, where);
  const trusted = trustedSet({ ...ask, cuda: ask.cuda }, builds, matrix, where);
  return trusted.ok ? onBase(ask, trusted.value, matrix, where) : trusted;
}

function newestFit(ask: CudaAsk, builds: readonly CudaBuild[]): CudaBuild | undefined {
  return builds
    .filter((build) => matchesVersion(ask.frameworkVersion, build.version) && matchesVersion(ask.cuda, build.cuda))
    .filter((build) => build.pythons.includes(ask.python))
    .toSorted((a, b) => compareVersions(b.version, a.version))[0];
}

function isUnknown(ask: CudaAsk, builds: readonly CudaBuild[]): boolean {
  const versions = builds.map((build) => build.version);
  if (ask.frameworkVersion !== undefined && isNewerThanAll(ask.frameworkVersion, versions)) return true;
  if (ask.cuda === undefined) return false;
  const cudas = builds.filter((build) => matchesVersion(ask.frameworkVersion, build.version)).map((build) => build.cuda);
  return cudas.length > 0 && isNewerThanAll(ask.cuda, cudas) && isNewestLine(ask, versions);
}

/** A newer CUDA is thinkable only for the newest version: what was released before does not change. */
function isNewestLine(ask: CudaAsk, versions: readonly string[]): boolean {
  const newest = versions.toSorted(compareVersions).at(-1);
  return newest !== undefined && matchesVersion(ask.frameworkVersion, newest);
}

function setOf(build: CudaBuild, matrix: CudaMatrix): CudaSet {
  const { version, cuda, cudnn, requirements, index, status, hasLock = false } = build;
  const [min, max] = [build.computeCapabilities[0], build.computeCapabilities.at(-1)];
  const minDriver = driverOf(cuda, matrix);
  if (min === undefined || max === undefined || minDriver === undefined) throw new Error(`a row is incomplete: ${version} ${cuda}`);
  const exceptMajors = leftOut(build.computeCapabilities);
  const computeCapability = { min, ...(build.ptx ? {} : { max }), ...(exceptMajors.length > 0 ? { exceptMajors } : {}) };
  return { version, cuda, cudnn, minDriver, computeCapability, requirements, index, image: null, status, hasLock };
}

/** Major versions that GPUs have (https://developer.nvidia.com/cuda-gpus, and the legacy page for the old ones). */
const MAJORS = [3, 5, 6, 7, 8, 9, 10, 11, 12];

/** Those between a build's oldest and newest that it has no code for: PTX is that of the newest, which older GPUs cannot compile. */
function leftOut(capabilities: readonly string[]): number[] {
  const majors = capabilities.map((capability) => Number(capability.split('.')[0]));
  return MAJORS.filter((major) => major > Math.min(...majors) && major < Math.max(...majors) && !majors.includes(major));
}

const driverOf = (cuda: string, matrix: CudaMatrix): string | undefined =>
  matrix.drivers.find(({ cudaMajor }) => cudaMajor === Number(cuda.split('.')[0]))?.minDriver;

/** A set on the user's word: what only a row could tell stays unknown. */
function trustedSet(ask: CudaAsk & { cuda: string }, builds: readonly CudaBuild[], matrix: CudaMatrix, where: string): Result<CudaSet> {
  const minDriver = ask.minDriver ?? driverOf(ask.cuda, matrix);
  if (minDriver === undefined) {
    const what = `no row tells the minimum driver of CUDA ${ask.cuda}`;
    return fail({ code: 'unknown-driver', where, what, remedy: 'give it with --min-driver, for example --min-driver=600.10.01' });
  }
  const newest = builds.toSorted((a, b) => compareVersions(a.version, b.version)).at(-1);
  const version = ask.frameworkVersion ?? newest?.version ?? '';
  const name = newest?.requirements[0]?.split('==')[0] ?? ask.framework;
  const pin = version.split('.').length === 3 ? version : `${version}.*`;
  const index = ask.framework === 'torch' ? `https://download.pytorch.org/whl/cu${ask.cuda.replace('.', '')}` : null;
  const requirements = [`${name}==${pin}`];
  const facts = { cudnn: null, computeCapability: null, image: null, status: 'unknown', hasLock: false } as const;
  return succeed({ version, cuda: ask.cuda, minDriver, requirements, index, ...facts });
}

/** The set on the base that was asked for: NVIDIA's runtime images are known for a few pairs only. */
function onBase(ask: CudaAsk, set: CudaSet, matrix: CudaMatrix, where: string): Result<CudaSet> {
  if (ask.base === 'python') return succeed(set);
  const row = matrix.runtimeImages.find(({ cuda, python }) => cuda === set.cuda && python === ask.python);
  if (row) return succeed({ ...set, image: row.image });
  const known = matrix.runtimeImages.map(({ cuda, python }) => `CUDA ${cuda} with Python ${python}`);
  return fail({
    code: 'no-runtime-image',
    where,
    what: `no nvidia/cuda runtime image is known for CUDA ${set.cuda} with Python ${ask.python}`,
    remedy: `leave --gpu-base out: the wheels bring CUDA; known: ${known.join(', ')}`,
  });
}

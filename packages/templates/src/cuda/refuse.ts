import { type Framework, fail, type Problem, type PythonVersion, type Result } from '@modelyard/core';
import type { CudaAsk, CudaBuild, CudaMatrix } from './types.ts';
import { compareVersions, matchesVersion } from './versions.ts';

const SHOWN = 3;

/** The builds that miss the fewest of the things asked for, then those whose version is closest to it. */
export function nearestBuilds(ask: CudaAsk, builds: readonly CudaBuild[]): readonly CudaBuild[] {
  const versions = [...new Set(builds.map((build) => build.version))].sort(compareVersions);
  const place = versions.findIndex((version) => matchesVersion(ask.frameworkVersion, version) || isAfter(version, ask.frameworkVersion));
  const wanted = ask.frameworkVersion === undefined || place < 0 ? versions.length - 1 : place;
  const misses = (build: CudaBuild): number =>
    Number(!matchesVersion(ask.frameworkVersion, build.version)) +
    Number(!matchesVersion(ask.cuda, build.cuda)) +
    Number(!build.pythons.includes(ask.python));
  const distance = (build: CudaBuild): number => Math.abs(versions.indexOf(build.version) - wanted);
  return builds.toSorted((a, b) => misses(a) - misses(b) || distance(a) - distance(b)).slice(0, SHOWN);
}

const isAfter = (version: string, asked: string | undefined): boolean => asked !== undefined && compareVersions(version, asked) > 0;

/** Refuses a set that no row holds, and names the nearest that exist. */
export function impossibleSet(ask: CudaAsk, builds: readonly CudaBuild[], where: string): Result<never> {
  return fail({
    code: 'impossible-set',
    where,
    what: `there is no known build of ${askText(ask)}`,
    remedy: nearestText(ask, builds),
  });
}

/** Refuses a version that is newer than the matrix, and says how to take it all the same. */
export function unknownVersion(ask: CudaAsk, builds: readonly CudaBuild[], where: string): Result<never> {
  const override = ask.cuda?.includes('.') ? '--accept-unknown' : '--accept-unknown and its CUDA, such as --cuda=14.0,';
  return fail({
    code: 'unknown-version',
    where,
    what: `${askText(ask)} is newer than every row of the CUDA matrix`,
    remedy: `add ${override} to take it on your word; ${nearestText(ask, builds)}`,
  });
}

/** Refuses a framework that has no build for CUDA. */
export function noGpuBuild(framework: Framework, matrix: CudaMatrix, where: string): Result<never> {
  const offered = [...new Set(matrix.builds.map((build) => build.framework))];
  return fail({
    code: 'no-gpu-build',
    where,
    what: `the framework "${framework}" has no build for CUDA that the matrix knows`,
    remedy: `leave --accelerator out, or choose one of: ${offered.join(', ')}`,
  });
}

/** The problem of a framework whose CPU packages have no wheel for this Python; none when they have. */
export function missingCpuWheels(framework: Framework, python: PythonVersion, matrix: CudaMatrix, where: string): Problem[] {
  const row = matrix.cpuPythons.find((entry) => entry.framework === framework);
  if (!row || row.pythons.includes(python)) return [];
  const remedy = `use --python ${row.pythons.join(', ')}`;
  return [{ code: 'no-wheel', where, what: `the packages of "${framework}" have no wheels for Python ${python}`, remedy }];
}

function askText(ask: CudaAsk): string {
  const framework = ask.frameworkVersion === undefined ? ask.framework : `${ask.framework} ${ask.frameworkVersion}`;
  return `${framework}${ask.cuda === undefined ? '' : ` with CUDA ${ask.cuda}`} for Python ${ask.python}`;
}

function nearestText(ask: CudaAsk, builds: readonly CudaBuild[]): string {
  const options = nearestBuilds(ask, builds).map((build) => {
    const python = build.pythons.includes(ask.python) ? '' : ` --python=${build.pythons.at(-1)}`;
    return `--framework-version=${build.version} --cuda=${build.cuda}${python}`;
  });
  return `nearest: ${options.join(', or ')}`;
}

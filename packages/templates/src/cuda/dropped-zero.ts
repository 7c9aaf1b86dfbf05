import type { Framework, Problem } from '@modelyard/core';
import type { CudaMatrix } from './types.ts';

/**
 * The CUDA asked for. A command line that reads numbers turns "13.0" into "13": a bare major is its ".0" where that is a
 * row, or no row of the major is known; else it is any of the major.
 */
export function cudaAsked(cuda: string | undefined, framework: Framework, matrix: CudaMatrix): string | undefined {
  if (cuda === undefined || cuda.includes('.')) return cuda;
  const known = matrix.builds.filter((build) => build.framework === framework && build.cuda.startsWith(`${cuda}.`));
  return known.length === 0 || known.some((build) => build.cuda === `${cuda}.0`) ? `${cuda}.0` : cuda;
}

/** The problem of a version that may have lost its last zero on the command line: "2.1" may be 2.10. */
export function droppedZero(version: string | undefined, framework: Framework, matrix: CudaMatrix, where: string): Problem[] {
  if (version === undefined || !/^\d+(\.\d)?$/.test(version)) return [];
  const line = version.includes('.') ? `${version}0.` : `${version}.0.`;
  const lost = matrix.builds.find((build) => build.framework === framework && build.version.startsWith(line));
  if (!lost) return [];
  const what = `--framework-version "${version}" may stand for ${line.slice(0, -1)}: a command line drops the last zero`;
  return [{ code: 'ambiguous-version', where, what, remedy: `write all three numbers, for example --framework-version=${lost.version}` }];
}

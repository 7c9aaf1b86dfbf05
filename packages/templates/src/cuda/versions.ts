/** Below zero when a is older than b; missing parts count as zero. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True when the version is the one asked for, or one of its line: "2.13" asks for any 2.13.x; nothing asked is any. */
export function matchesVersion(asked: string | undefined, version: string): boolean {
  return asked === undefined || version === asked || version.startsWith(`${asked}.`);
}

/** True when the asked version, or its whole line, is newer than every known one. */
export function isNewerThanAll(asked: string, known: readonly string[]): boolean {
  return known.every((version) => compareVersions(asked, version) > 0 && !matchesVersion(asked, version));
}

/** "2", "2.13" or "2.13.0". */
export const VERSION = /^\d{1,4}(\.\d{1,4}){0,2}$/;

const partsOf = (version: string): number[] => version.split('.').map(Number);

/** The lines of a requirements file that name an index beside the default one. */
export function indexLines(requirements: string): readonly string[] {
  return requirements.split('\n').filter((line) => /^--extra-index-url[ =]/.test(line));
}

/**
 * The lock with the index lines of its source on top, once: uv keeps none, so that no address of this machine gets into
 * a lock, but those that the source itself names are needed wherever the lock is installed.
 */
export function withIndexLines(locked: string, requirements: string): string {
  const wanted = indexLines(requirements);
  const kept = locked.split('\n').filter((line) => !wanted.includes(line));
  return [...wanted, ...kept].join('\n');
}

/** What uv needs where a second index is named: by itself it takes a package from the first index that has any version of it. */
export function indexArguments(requirements: string): readonly string[] {
  return indexLines(requirements).length > 0 ? ['--index-strategy', 'unsafe-best-match'] : [];
}

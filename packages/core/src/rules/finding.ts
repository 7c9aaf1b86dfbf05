/** A rule that a merged `deploy` breaks. */
export interface Finding {
  readonly code: string;
  /** Keys below `deploy`. */
  readonly path: readonly string[];
  /** What is wrong; `key` is the full name of the key at the path. */
  readonly what: (key: string) => string;
  readonly remedy: string;
}

/** A key that another key makes meaningless or contradicts. */
export const exclusive = (path: readonly string[], other: string, remedy: string): Finding => ({
  code: 'exclusive-keys',
  path,
  what: (key) => `"${key}" and "${other}" exclude each other`,
  remedy,
});

/** A key that a block needs. */
export const missing = (path: readonly string[], remedy: string): Finding => ({
  code: 'missing-key',
  path,
  what: (key) => `"${key}" is missing`,
  remedy,
});

/** A key that has no effect as things are. */
export const unused = (path: readonly string[], why: string, remedy: string): Finding => ({
  code: 'unused-key',
  path,
  what: (key) => `"${key}" has no effect: ${why}`,
  remedy,
});

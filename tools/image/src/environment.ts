/** Environment variables, as a door hands them down. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable, whatever its case is called on this platform (`Path` on Windows). */
export function readVariable(env: Environment, name: string): string | undefined {
  const exact = env[name];
  if (exact !== undefined) return exact;
  const alias = Object.keys(env).find((key) => key.toUpperCase() === name);
  return alias === undefined ? undefined : env[alias];
}

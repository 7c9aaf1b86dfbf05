import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type Problem, ProblemError } from '@modelyard/core';
import type { Environment } from './environment.ts';

/** A file that a build may read while it runs, and that no layer keeps. */
export interface BuildSecret {
  readonly id: string;
  readonly file: string;
}

/** What a build takes from the machine it runs on; none of it ends in the Dockerfile or a layer. */
export interface BuildInputs {
  readonly secrets: readonly BuildSecret[];
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** The secret that Dockerfiles mount as /etc/pip.conf. */
export const PIP_SECRET_ID = 'pip_conf';
/** The secret that Dockerfiles mount as /etc/uv/uv.toml. */
export const UV_SECRET_ID = 'uv_toml';

/** Where pip and uv themselves look for a configuration outside the usual places. */
const SECRET_VARIABLES: Readonly<Record<string, string>> = { [PIP_SECRET_ID]: 'PIP_CONFIG_FILE', [UV_SECRET_ID]: 'UV_CONFIG_FILE' };

/** Docker predefines these build args and leaves them out of the image's history. */
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY', 'NO_PROXY'];

/** pip and uv read these as "no configuration at all". */
const NULL_DEVICES = new Set(['/dev/null', 'nul']);

/** Private indexes (PIP_CONFIG_FILE, UV_CONFIG_FILE) as secrets, proxies as predefined build args. */
export function buildSecrets(env: Environment): BuildInputs {
  const secrets = Object.entries(SECRET_VARIABLES).flatMap(([id, variable]) => {
    const file = env[variable];
    return isRealFile(file) ? [{ id, file }] : [];
  });
  const proxies = PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]).flatMap((name) => {
    const value = env[name];
    return value ? [[name, value] as const] : [];
  });
  return { secrets, buildArgs: Object.fromEntries(proxies) };
}

const isRealFile = (file: string | undefined): file is string => Boolean(file) && !NULL_DEVICES.has(String(file).toLowerCase());

/** The value of `--secret`: docker reads it as one line of CSV, so a path with a comma or a quote is quoted. */
export function secretArgument({ id, file }: BuildSecret): string {
  const source = `src=${file}`;
  return `id=${id},${/[",]/.test(file) ? `"${source.replaceAll('"', '""')}"` : source}`;
}

/** Throws the problems of all secret files that cannot be read. */
export async function requireSecretFiles(secrets: readonly BuildSecret[]): Promise<void> {
  const checked = await Promise.all(secrets.map(missingSecretFile));
  const problems = checked.filter((problem) => problem !== null);
  if (problems.length > 0) throw new ProblemError(problems);
}

async function missingSecretFile({ id, file }: BuildSecret): Promise<Problem | null> {
  try {
    await access(file, constants.R_OK);
    return null;
  } catch {
    const what = `${SECRET_VARIABLES[id] ?? `secret ${id}`} names this file, and it cannot be read`;
    return { code: 'missing-secret-file', where: file, what, remedy: 'create it, or unset the variable' };
  }
}

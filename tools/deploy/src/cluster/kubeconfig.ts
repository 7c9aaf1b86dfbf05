import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail, type Problem, type Result, succeed } from '@modelyard/core';
import { parse } from 'yaml';

/** The kubeconfig files together; of two entries of one name the first holds, as for kubectl. */
export interface Kubeconfig {
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
}

export interface ContextEntry {
  readonly cluster?: string;
  readonly user?: string;
}

/** A cluster as it stands in the file; paths are absolute. */
export interface ClusterEntry {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
  readonly 'proxy-url'?: string;
}

/** A user as it stands in the file; paths are absolute. */
export interface UserEntry {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
  readonly exec?: object;
  readonly 'auth-provider'?: object;
}

/** Keys whose value is a path beside the kubeconfig. */
const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

type Named = readonly (readonly [name: string, entry: object])[];

/** Reads the files that are there, in their order. */
export function readKubeconfigs(files: readonly string[]): Result<Kubeconfig> {
  const read = files.filter((file) => existsSync(file)).map(readOne);
  const problems = read.flatMap((one) => (one.ok ? [] : one.problems));
  if (problems.length > 0) return fail(...problems);
  const values = read.flatMap((one) => (one.ok ? [one.value] : []));
  const merged = (kind: keyof Kubeconfig) => firstOfName(values.flatMap((value) => value[kind]));
  return succeed({ contexts: merged('contexts'), clusters: merged('clusters'), users: merged('users') });
}

/** What is wrong with a kubeconfig. */
export function brokenKubeconfig(file: string, what: string): Problem {
  return { code: 'broken-kubeconfig', where: file, what, remedy: 'mend the kubeconfig; "kubectl config view" shows what is read' };
}

function readOne(file: string): Result<Record<keyof Kubeconfig, Named>> {
  try {
    const source = (parse(readFileSync(file, 'utf8')) ?? {}) as Record<string, unknown>;
    const entries = (list: string, inner: string): Named => entriesOf(source[list], list, inner, dirname(file));
    return succeed({ contexts: entries('contexts', 'context'), clusters: entries('clusters', 'cluster'), users: entries('users', 'user') });
  } catch (error) {
    return fail(brokenKubeconfig(file, firstLine(error)));
  }
}

/** `users: [{name: ann, user: {…}}]` as pairs of name and entry. */
function entriesOf(list: unknown, listName: string, inner: string, folder: string): Named {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new Error(`"${listName}" is not a list`);
  return list.map((item: Record<string, unknown> | null, index) => {
    if (typeof item?.name !== 'string' || item.name === '') throw new Error(`${listName}[${index}].name is missing`);
    return [item.name, withAbsolutePaths((item[inner] ?? {}) as object, folder)] as const;
  });
}

function withAbsolutePaths(entry: object, folder: string): object {
  const absolute = (key: string, value: unknown) => (PATHS.includes(key) && typeof value === 'string' ? resolve(folder, value) : value);
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, absolute(key, value)]));
}

function firstOfName(entries: Named): ReadonlyMap<string, object> {
  const first = new Map<string, object>();
  for (const [name, entry] of entries) if (!first.has(name)) first.set(name, entry);
  return first;
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

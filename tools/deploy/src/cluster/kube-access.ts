import { existsSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { didYouMean, fail, type Problem, ProblemError, type Result, succeed, unwrap, WORKSPACE_FILE } from '@modelyard/core';
import { proxyOfEnv } from '@modelyard/image';
import { safeText } from '../safe-line.ts';
import { brokenKubeconfig, type ClusterEntry, type Kubeconfig, readKubeconfigs, type UserEntry } from './kubeconfig.ts';
import { type AuthHeaders, type Login, loginOfFile } from './login.ts';
import type { ClusterAccess } from './types.ts';

/** How to speak to one API server, as the kubeconfig says. */
export interface KubeAccess {
  readonly context: string;
  readonly server: URL;
  readonly connection: Login['connection'];
  /** Headers of authentication. After a refusal the files are read anew and plugins run again, whatever was remembered. */
  authenticate(isRefused?: boolean): Promise<AuthHeaders>;
}

/** The entries of the kubeconfig files that a context names. */
interface Entries {
  readonly cluster: ClusterEntry & { readonly server: string };
  readonly user: UserEntry;
}

/** Reads the kubeconfig files and takes the context asked for, whatever their current one is. */
export async function loadKubeAccess(access: ClusterAccess): Promise<Result<KubeAccess>> {
  const files = access.kubeconfigs.filter((file) => existsSync(file));
  if (files.length === 0) return fail(noKubeconfig(access));
  const entries = findEntries(access, files);
  return entries.ok ? accessOf(access, files, entries.value) : entries;
}

function findEntries(access: ClusterAccess, files: readonly string[]): Result<Entries> {
  const config = readKubeconfigs(files);
  if (!config.ok) return config;
  const context = config.value.contexts.get(access.context);
  if (!context) return fail(unknownContext(access, files, config.value));
  const where = files.join(', ');
  const cluster = config.value.clusters.get(context.cluster ?? '');
  if (!cluster) return fail(brokenKubeconfig(where, `context "${access.context}" names a cluster that is not there`));
  const { server } = cluster;
  if (!server) return fail(brokenKubeconfig(where, `cluster "${context.cluster}" names no server`));
  return succeed({ cluster: { ...cluster, server }, user: config.value.users.get(context.user ?? '') ?? {} });
}

async function accessOf(access: ClusterAccess, files: readonly string[], entries: Entries): Promise<Result<KubeAccess>> {
  try {
    const login = await loginOf(entries);
    const server = new URL(entries.cluster.server);
    const authenticate = authenticator(access, files, entries.cluster.server, login);
    return succeed({ context: access.context, server, connection: throughProxy(login.connection, server, access.env ?? {}), authenticate });
  } catch (error) {
    return fail(noCredentials(access, files, error));
  }
}

/** As kubectl does, where the kubeconfig names no proxy. */
function throughProxy(connection: Login['connection'], server: URL, env: NonNullable<ClusterAccess['env']>): Login['connection'] {
  const uri = proxyOfEnv(server, env);
  if (uri === undefined || connection.type !== 'agent') return connection;
  return { type: uri.startsWith('socks') ? 'socks' : 'proxy', uri, requestTls: connection.connect as ConnectionOptions, connect: {} };
}

/** A login may run out in the middle of a deploy; the files may hold a newer one by then. */
function authenticator(access: ClusterAccess, files: readonly string[], server: string, login: Login): KubeAccess['authenticate'] {
  let current = login;
  const loginAgain = (): Promise<Login> => {
    const entries = unwrap(findEntries(access, files), 'preflight');
    if (entries.cluster.server !== server) throw new Error('it leads to another server than when the deploy began');
    return loginOf(entries);
  };
  return async (isRefused = false) => {
    try {
      if (isRefused) current = await loginAgain();
      return await current.authenticate();
    } catch (error) {
      throw error instanceof ProblemError ? error : new ProblemError([noCredentials(access, files, error)], 'preflight');
    }
  };
}

/** The client library knows every plugin and costs a second: it is loaded for users that have one. */
async function loginOf({ cluster, user }: Entries): Promise<Login> {
  if (!user.exec && !user['auth-provider']) return loginOfFile(cluster, user);
  const { loginOfPlugin } = await import('./login-plugins.ts');
  return loginOfPlugin(cluster, user);
}

function noCredentials(access: ClusterAccess, files: readonly string[], error: unknown): Problem {
  return {
    code: 'no-credentials',
    where: files.join(', '),
    what: `context "${access.context}" gives no credentials: ${safeText(messageOf(error))}`,
    remedy: `log in to the cluster again, then try "kubectl --context ${access.context} version"`,
  };
}

function noKubeconfig(access: ClusterAccess): Problem {
  return {
    code: 'no-cluster',
    where: `environment "${access.environment}"`,
    what: `there is no kubeconfig at ${access.kubeconfigs.join(' or ')}`,
    remedy: 'start a local cluster with "npx modelyard cluster up", or set KUBECONFIG to the file of your cluster',
  };
}

function unknownContext(access: ClusterAccess, files: readonly string[], config: Kubeconfig): Problem {
  const known = [...config.contexts.keys()];
  const list = known.length > 0 ? `known: ${known.join(', ')}` : 'it holds no context at all';
  return {
    code: 'unknown-context',
    where: WORKSPACE_FILE,
    what: `environment "${access.environment}" asks for the kube context "${access.context}", which is not in ${files.join(', ')}`,
    remedy: `${didYouMean(access.context, known)}${list}`,
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { type DispatcherOptions, KubeConfig } from '@kubernetes/client-node';
import { fail, nearestWord, type Problem, ProblemError, type Result, succeed, unwrap, WORKSPACE_FILE } from '@modelyard/core';
import type { ClusterAccess } from './types.ts';

/** How to speak to one API server, as the kubeconfig says. */
export interface KubeAccess {
  readonly context: string;
  readonly server: URL;
  readonly connection: DispatcherOptions;
  /** Headers of authentication. After a refusal the files are read anew and exec plugins run again, whatever was remembered. */
  authenticate(isRefused: boolean): Promise<Record<string, string>>;
}

/** Reads the kubeconfig files and takes the context asked for, whatever their current one is. */
export async function loadKubeAccess(access: ClusterAccess): Promise<Result<KubeAccess>> {
  const files = access.kubeconfigs.filter((file) => existsSync(file));
  if (files.length === 0) return fail(noKubeconfig(access));
  const config = readFiles(access, files);
  return config.ok ? accessOf(config.value, access, files) : config;
}

/** The kubeconfigs as one, with the context asked for as the current one. */
function readFiles(access: ClusterAccess, files: readonly string[]): Result<KubeConfig> {
  const config = new KubeConfig();
  for (const file of files) {
    const problem = addFile(config, file);
    if (problem) return fail(problem);
  }
  if (!config.getContextObject(access.context)) return fail(unknownContext(access, files, config));
  config.setCurrentContext(access.context);
  if (config.getCurrentCluster()) return succeed(config);
  return fail(brokenKubeconfig(files.join(', '), `context "${access.context}" names a cluster that is not there`));
}

async function accessOf(config: KubeConfig, access: ClusterAccess, files: readonly string[]): Promise<Result<KubeAccess>> {
  const cluster = config.getCurrentCluster();
  const server = cluster?.server ?? '';
  try {
    const options = await resolveOptions(config);
    return succeed({
      context: access.context,
      server: new URL(server),
      connection: config.createDispatcherOptions(cluster, options as ConnectionOptions),
      authenticate: authenticator(config, server, access, files),
    });
  } catch (error) {
    return fail(noCredentials(access, files, error));
  }
}

/** The library remembers what an exec plugin gave, and would give refused credentials again; a fresh reading has no memory. */
function authenticator(config: KubeConfig, server: string, access: ClusterAccess, files: readonly string[]): KubeAccess['authenticate'] {
  let current = config;
  return async (isRefused) => {
    try {
      if (isRefused) current = unwrap(readFiles(access, files), 'preflight');
      if (current.getCurrentCluster()?.server !== server) throw new Error('it leads to another server than when the deploy began');
      return headersOf(await resolveOptions(current));
    } catch (error) {
      throw error instanceof ProblemError ? error : new ProblemError([noCredentials(access, files, error)], 'preflight');
    }
  };
}

function noCredentials(access: ClusterAccess, files: readonly string[], error: unknown): Problem {
  return {
    code: 'no-credentials',
    where: files.join(', '),
    what: `context "${access.context}" gives no credentials: ${messageOf(error)}`,
    remedy: `log in to the cluster again, then try "kubectl --context ${access.context} version"`,
  };
}

async function resolveOptions(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

function headersOf(options: RequestOptions): Record<string, string> {
  const basic = options.auth ? { Authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` } : {};
  return { ...basic, ...(options.headers as Record<string, string> | undefined) };
}

function addFile(config: KubeConfig, file: string): Problem | undefined {
  try {
    const one = new KubeConfig();
    one.loadFromFile(file);
    config.mergeConfig(one, true);
    return undefined;
  } catch (error) {
    return brokenKubeconfig(file, messageOf(error));
  }
}

function noKubeconfig(access: ClusterAccess): Problem {
  return {
    code: 'no-cluster',
    where: `environment "${access.environment}"`,
    what: `there is no kubeconfig at ${access.kubeconfigs.join(' or ')}`,
    remedy: 'start a local cluster with "npx modelyard cluster up", or set KUBECONFIG to the file of your cluster',
  };
}

function brokenKubeconfig(file: string, what: string): Problem {
  return { code: 'broken-kubeconfig', where: file, what, remedy: 'mend the kubeconfig; "kubectl config view" shows what is read' };
}

function unknownContext(access: ClusterAccess, files: readonly string[], config: KubeConfig): Problem {
  const known = config.getContexts().map((context) => context.name);
  const nearest = nearestWord(access.context, known);
  const list = known.length > 0 ? `known: ${known.join(', ')}` : 'it holds no context at all';
  return {
    code: 'unknown-context',
    where: WORKSPACE_FILE,
    what: `environment "${access.environment}" asks for the kube context "${access.context}", which is not in ${files.join(', ')}`,
    remedy: nearest ? `did you mean "${nearest}"? ${list}` : list,
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

import { existsSync } from 'node:fs';
import { fail, nearestWord, type Problem, ProblemError, type Result, succeed, WORKSPACE_FILE } from '@modelyard/core';
import { brokenKubeconfig, type ClusterEntry, type Kubeconfig, readKubeconfigs, type UserEntry } from './kubeconfig.ts';
import { type Credentials, credentialsOfFile } from './kubeconfig-credentials.ts';
import type { ClusterAccess } from './types.ts';

/** How to speak to one API server, as the kubeconfig says. */
export interface KubeAccess extends Credentials {
  readonly context: string;
  readonly server: URL;
}

/** Reads the kubeconfig files and takes the context asked for, whatever their current one is. */
export async function loadKubeAccess(access: ClusterAccess): Promise<Result<KubeAccess>> {
  const files = access.kubeconfigs.filter((file) => existsSync(file));
  if (files.length === 0) return fail(noKubeconfig(access));
  const config = readKubeconfigs(files);
  if (!config.ok) return config;
  const context = config.value.contexts.get(access.context);
  if (!context) return fail(unknownContext(access, files, config.value));
  const where = files.join(', ');
  const cluster = config.value.clusters.get(context.cluster ?? '');
  if (!cluster) return fail(brokenKubeconfig(where, `context "${access.context}" names a cluster that is not there`));
  if (!cluster.server) return fail(brokenKubeconfig(where, `cluster "${context.cluster}" names no server`));
  return accessOf(access, where, cluster, config.value.users.get(context.user ?? '') ?? {});
}

async function accessOf(access: ClusterAccess, files: string, cluster: ClusterEntry, user: UserEntry): Promise<Result<KubeAccess>> {
  const refused = (error: unknown): Problem => noCredentials(access, files, error);
  try {
    const { connection, authenticate } = await credentialsOf(cluster, user);
    return succeed({
      context: access.context,
      server: new URL(cluster.server as string),
      connection,
      // Credentials may also run out in the middle of a deploy.
      authenticate: () =>
        authenticate().catch((error: unknown) => {
          throw new ProblemError([refused(error)], 'preflight');
        }),
    });
  } catch (error) {
    return fail(refused(error));
  }
}

/** The client library knows every plugin and costs a second: it is loaded for users that have one. */
async function credentialsOf(cluster: ClusterEntry, user: UserEntry): Promise<Credentials> {
  if (!user.exec && !user['auth-provider']) return credentialsOfFile(cluster, user);
  const { credentialsOfPlugin } = await import('./credential-plugins.ts');
  return credentialsOfPlugin(cluster, user);
}

function noCredentials(access: ClusterAccess, files: string, error: unknown): Problem {
  return {
    code: 'no-credentials',
    where: files,
    what: `context "${access.context}" gives no credentials: ${messageOf(error)}`,
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

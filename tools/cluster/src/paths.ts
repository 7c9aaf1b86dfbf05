import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { DNS_LABEL, ProblemError } from '@modelyard/core';
import type { ClusterChoice } from './types.ts';

/** The name of the cluster nobody named. */
export const DEFAULT_CLUSTER_NAME = 'modelyard';

/** Sockets and mounts of the node cluster, its alone: a short path, because a socket's path has at most 107 bytes. */
export const NODE_RUN_DIRECTORY = '/run/modelyard-cluster';

/** Every path inside a cluster's state folder. */
export interface ClusterPaths {
  readonly directory: string;
  readonly stateFile: string;
  /** A kubeconfig with this one cluster, for tools that take a file. */
  readonly kubeconfig: string;
  readonly pki: string;
  readonly logs: string;
  readonly kubeconfigs: string;
  readonly etcd: string;
}

const homeOf = (env: NodeJS.ProcessEnv): string => env.HOME || homedir();

/** The folder for built binaries, kept between clusters. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  if (env.MODELYARD_CACHE) return resolve(env.MODELYARD_CACHE);
  return join(env.XDG_CACHE_HOME || join(homeOf(env), '.cache'), 'modelyard');
}

/** The folder below which each cluster keeps its state by default. */
export function clustersDirectory(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_STATE_HOME || join(homeOf(env), '.local', 'state'), 'modelyard', 'cluster');
}

/** The kubeconfig a user's tools read: the first entry of KUBECONFIG, else ~/.kube/config. */
export function userKubeconfigFile(env: NodeJS.ProcessEnv): string {
  const first = (env.KUBECONFIG ?? '').split(delimiter).find((entry) => entry !== '');
  return first ? resolve(first) : join(homeOf(env), '.kube', 'config');
}

/** The kubeconfig context of a cluster: `modelyard`, or `modelyard-<name>`. */
export function contextOf(name: string): string {
  return name === DEFAULT_CLUSTER_NAME ? name : `${DEFAULT_CLUSTER_NAME}-${name}`;
}

/** The name of the cluster that a context leads to: what `contextOf` made, or kind's own `kind-<name>`. */
export function clusterOfContext(context: string): string {
  return context.replace(/^(modelyard|kind)-(?=.)/, '');
}

/** The cluster's name; throws a ProblemError when it cannot be one. */
export function clusterNameOf(choice: ClusterChoice): string {
  const name = choice.name ?? DEFAULT_CLUSTER_NAME;
  if (DNS_LABEL.test(name)) return name;
  throw new ProblemError([
    {
      code: 'bad-cluster-name',
      where: '--name',
      what: `"${name}" cannot name a cluster`,
      remedy: 'use lower-case letters, digits and "-", at most 63 characters, for example "modelyard"',
    },
  ]);
}

/** Where the chosen cluster keeps its files. */
export function clusterPaths(choice: ClusterChoice, env: NodeJS.ProcessEnv): ClusterPaths {
  const name = clusterNameOf(choice);
  const directory = resolve(choice.directory ?? join(clustersDirectory(env), name));
  return {
    directory,
    stateFile: join(directory, 'cluster.json'),
    kubeconfig: join(directory, 'kubeconfig'),
    pki: join(directory, 'pki'),
    logs: join(directory, 'logs'),
    kubeconfigs: join(directory, 'kubeconfigs'),
    etcd: join(directory, 'etcd'),
  };
}

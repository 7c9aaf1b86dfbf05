import { type EnvironmentConfig, ProblemError, WORKSPACE_FILE } from '@modelyard/core';
import type { ClusterAccess } from './cluster/index.ts';

/** One service in one environment. */
export interface Target {
  readonly service: string;
  readonly environment: EnvironmentConfig;
  /** Where kubectl would look when the environment names no kubeconfig. */
  readonly kubeconfigs: readonly string[];
}

/** How to reach the cluster of a target: its environment's context and nothing else. */
export function accessTo(target: Target): ClusterAccess {
  const { environment, kubeconfigs } = target;
  return {
    environment: environment.name,
    context: environment.context,
    kubeconfigs: environment.kubeconfig ? [environment.kubeconfig] : kubeconfigs,
  };
}

/** Throws unless the environment is open to all, or the change was confirmed. */
export function expectConfirmed(target: Target, isConfirmed: boolean, change: string): void {
  if (!target.environment.protected || isConfirmed) return;
  const problem = {
    code: 'protected-environment',
    where: WORKSPACE_FILE,
    what: `environment "${target.environment.name}" is protected, and ${change} changes it`,
    remedy: 'look with --dry-run first, then pass --yes',
  };
  throw new ProblemError([problem], 'input');
}

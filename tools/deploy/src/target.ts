import { type EnvironmentConfig, ProblemError, WORKSPACE_FILE } from '@modelyard/core';
import type { ClusterAccess } from './cluster/index.ts';
import type { World } from './world.ts';

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
  const { clusterId, server } = environment;
  return {
    environment: environment.name,
    context: environment.context,
    kubeconfigs: environment.kubeconfig ? [environment.kubeconfig] : kubeconfigs,
    ...(clusterId || server ? { expected: { ...(clusterId ? { clusterId } : {}), ...(server ? { server } : {}) } } : {}),
  };
}

/**
 * Throws unless the environment is open to all, or the change is confirmed: beforehand, or by typing the environment's name
 * where somebody sits at a terminal.
 */
export async function expectConfirmed(target: Target, isConfirmed: boolean, change: string, world: Pick<World, 'ask'>): Promise<void> {
  const { name, context, namespace, protected: isProtected } = target.environment;
  if (!isProtected || isConfirmed) return;
  if (!world.ask)
    throw unconfirmed(`environment "${name}" is protected, and ${change} changes it`, 'look with --dry-run first, then pass --yes');
  const question = `environment "${name}" is protected (context ${context}, ns/${namespace}), and ${change} changes it; type its name to go on: `;
  const answer = (await world.ask(question)).trim();
  if (answer !== name)
    throw unconfirmed(`"${answer}" is not the name of the environment "${name}"`, 'nothing was changed; start again to go on');
}

const unconfirmed = (what: string, remedy: string): ProblemError =>
  new ProblemError([{ code: 'protected-environment', where: WORKSPACE_FILE, what, remedy }], 'input');

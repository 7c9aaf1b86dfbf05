import { type Problem, ProblemError, WORKSPACE_FILE } from '@modelyard/core';
import type { KubeAccess } from './kube-access.ts';
import type { Attempt } from './retry.ts';
import type { ClusterAccess } from './types.ts';

type Answered = Extract<Attempt, { answered: true }>;

/** The namespace that every cluster has from its first minute to its last. */
export const IDENTITY_NAMESPACE = 'kube-system';

/** An address as it is compared and shown: without the slash at its end. */
export const addressOf = (server: URL): string => server.href.replace(/\/$/, '');

/** Throws when the context leads to another address than the environment says; nothing was sent then. */
export function expectServer(access: ClusterAccess, kube: KubeAccess): void {
  const { server } = access.expected ?? {};
  if (server === undefined || addressOf(new URL(server)) === addressOf(kube.server)) return;
  throw new ProblemError([wrongCluster(access, `at ${addressOf(new URL(server))}`, `at ${addressOf(kube.server)}`)], 'preflight');
}

/** Whether an answer says anything of the namespace, be it that it may not be read. */
export const tellsIdentity = (answer: Attempt): answer is Answered => answer.answered && [200, 403, 404].includes(answer.status);

/** Throws when the namespace that was read is not the one of the cluster which the environment says. */
export function expectClusterId(access: ClusterAccess, answer: Answered): void {
  const { clusterId } = access.expected ?? {};
  if (clusterId === undefined) return;
  if (answer.status === 403) throw new ProblemError([unknowable(access)], 'preflight');
  const found = answer.status === 200 ? (answer.value as { metadata?: { uid?: string } }).metadata?.uid : undefined;
  if (found === clusterId) return;
  throw new ProblemError(
    [wrongCluster(access, `with the id ${clusterId}`, found ? `with the id ${found}` : 'without any id')],
    'preflight',
  );
}

function wrongCluster(access: ClusterAccess, expected: string, found: string): Problem {
  return {
    code: 'wrong-cluster',
    where: WORKSPACE_FILE,
    what: `environment "${access.environment}" is the cluster ${expected}, but context "${access.context}" leads to the one ${found}; nothing was changed`,
    remedy: 'let the context lead to the right cluster; where the environment moved, correct it by what "npx modelyard cluster id" prints',
  };
}

function unknowable({ environment, context }: ClusterAccess): Problem {
  return {
    code: 'unknown-cluster',
    where: WORKSPACE_FILE,
    what: `environment "${environment}" says its clusterId, and these credentials may not read it (get namespace ${IDENTITY_NAMESPACE}, context "${context}")`,
    remedy: 'let an administrator apply what "npx modelyard deploy role --cluster" prints, or say the server of the environment instead',
  };
}

import { type Problem, ProblemError } from '@modelyard/core';
import type { Claim } from './lease.ts';

/** Which service is locked, and how long one waits for another deployer. */
export interface LockRequest {
  readonly service: string;
  readonly namespace: string;
  /** Left out, a held lock is told at once. */
  readonly waitSeconds?: number;
}

/** The lock that a request has to take. */
export function lockOf(request: {
  readonly service: string;
  readonly environment: { readonly namespace: string };
  readonly lockWaitSeconds?: number;
}): LockRequest {
  const { service, environment, lockWaitSeconds: waitSeconds } = request;
  return { service, namespace: environment.namespace, ...(waitSeconds === undefined ? {} : { waitSeconds }) };
}

/** Another one deploys. */
export function locked(request: LockRequest, claim: Claim & { state: 'held' }): ProblemError {
  const problem: Problem = {
    code: 'locked',
    where: `${request.service} in ns/${request.namespace}`,
    what: `${claim.by} deploys it since ${claim.since.replace(/\.\d+Z$/, 'Z')}`,
    remedy: `wait until that ends, or pass --wait-for-lock; if that process is dead, its lock ends at ${new Date(claim.endsMs).toISOString().replace(/\.\d+Z$/, 'Z')}`,
  };
  return new ProblemError([problem], 'locked');
}

/** The lock's time was up, or another one has it. */
export function lockLost(request: LockRequest): ProblemError {
  const problem: Problem = {
    code: 'lock-lost',
    where: `${request.service} in ns/${request.namespace}`,
    what: 'the lock could not be renewed in its time, so another deploy may have begun; this one has stopped',
    remedy: 'look with "modelyard status", then deploy again',
  };
  return new ProblemError([problem], 'locked');
}

/** The wait for the lock was interrupted. */
export function stoppedWaiting(request: LockRequest): ProblemError {
  const problem: Problem = {
    code: 'interrupted',
    where: `${request.service} in ns/${request.namespace}`,
    what: 'stopped before the lock was taken; nothing was changed',
    remedy: 'deploy again',
  };
  return new ProblemError([problem], 'interrupted');
}

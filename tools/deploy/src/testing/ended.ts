import { ProblemError } from '@modelyard/core';
import type { DeployRequest } from '../deploy-request.ts';
import { type Fault, type Seen, withFaultProxy } from './fault-proxy.ts';
import { servingPod } from './trained.ts';

/** How an action ended, by its problems where it failed, and the requests that it sent. */
export interface Ended {
  readonly exit: string;
  readonly codes: readonly string[];
  readonly seen: readonly Seen[];
}

/** An action through the faults, before pods that serve what was trained. What is no problem is thrown. */
export function endOf(act: (request: DeployRequest) => Promise<unknown>, request: DeployRequest, faults: readonly Fault[]): Promise<Ended> {
  return withFaultProxy({ pod: servingPod, faults }, async ({ kubeconfig, seen }) => {
    const error = await act({ ...request, kubeconfigs: [kubeconfig] }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return { exit: 'done', codes: [], seen };
    if (!(error instanceof ProblemError)) throw error;
    return { exit: error.exit, codes: error.problems.map((problem) => problem.code), seen };
  });
}

/** A fault that every request of a step meets. */
export const lastingAt = (step: string, act: Fault['acts'][number]): Fault => ({ at: (one) => one === step, acts: [act], lasts: true });

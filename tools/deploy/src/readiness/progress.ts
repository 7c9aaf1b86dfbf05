import { givenUpAt, isCurrent } from './causes.ts';
import type { Rollout } from './types.ts';

/** How a rollout gets on while it is waited for. */
export interface Progress {
  /** Takes note of the rollout; gives it with what the controller had said of an earlier one. */
  note(rollout: Rollout): Rollout;
  /** When the rollout began to be waited for. */
  readonly startedMs: number;
  /** When it got on for the last time, in milliseconds of the caller's clock. */
  lastMs(): number;
}

/**
 * Follows a rollout as its controller does (pkg/controller/deployment/util, DeploymentProgressing): it gets on when more pods are
 * new, more are available, or fewer are old. Only what was never reached before counts, so that pods that come and go are no progress.
 */
export function followProgress(nowMs: () => number): Progress {
  const startedMs = nowMs();
  let lastMs = startedMs;
  let most = { updated: 0, available: 0, old: Number.POSITIVE_INFINITY };
  let before: { readonly gaveUpBefore?: string } | undefined;
  return {
    startedMs,
    lastMs: () => lastMs,
    note: (rollout) => {
      if (rollout.deployment) before ??= gaveUpBefore(rollout);
      if (isCurrent(rollout)) {
        const now = countsOf(rollout);
        if (now.updated > most.updated || now.available > most.available || now.old < most.old) lastMs = nowMs();
        most = {
          updated: Math.max(most.updated, now.updated),
          available: Math.max(most.available, now.available),
          old: Math.min(most.old, now.old),
        };
      }
      return { ...rollout, ...before };
    },
  };
}

/** No deadline can be over when the wait begins: what the controller says then, it says of what was there before. */
function gaveUpBefore(rollout: Rollout): { readonly gaveUpBefore?: string } {
  const at = givenUpAt(rollout);
  return at === undefined ? {} : { gaveUpBefore: at };
}

function countsOf({ deployment }: Rollout) {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment?.status ?? {};
  return { updated: updatedReplicas, available: availableReplicas, old: replicas - updatedReplicas };
}

import type { ProblemError } from '@modelyard/core';
import type { Order } from './names.ts';

/** One step of the spec: percent of the requests, and how long it is watched. */
export interface Step {
  readonly weight: number;
  readonly seconds: number;
}

/** What is known of a canary when its next move is chosen. */
export interface Standing {
  /** Index of the step; the number of steps: the service itself takes the new pods. */
  readonly step: number;
  /** Percent of the requests that go to it now. */
  readonly weight: number;
  /** It runs this release and no other. */
  readonly isSame: boolean;
  /** It has the pods that this step asks for, or they are on the way. */
  readonly isPrepared: boolean;
  /** Its pods that are ready now. */
  readonly readyPods: number;
  /** All pods of this step were ready and answered as trained. */
  readonly isProved: boolean;
  /** This step was watched to its end, and nothing was wrong. */
  readonly isWatched: boolean;
  readonly order?: Order;
  /** Ctrl-C, or the lock is another one's. */
  readonly isStopped: boolean;
  /** Why it must not go on. */
  readonly failure?: ProblemError;
}

export type Move =
  | { readonly move: 'prepare' }
  | { readonly move: 'prove' }
  | { readonly move: 'shift'; readonly weight: number }
  | { readonly move: 'watch' }
  | { readonly move: 'advance' }
  | { readonly move: 'promote' }
  | { readonly move: 'abort' }
  | { readonly move: 'stop' };

/** What is done next: each rule stands below those that go before it. */
export function nextMove(steps: readonly Step[], standing: Standing): Move {
  const { step, weight } = standing;
  if (standing.isStopped) return { move: 'stop' };
  if (standing.failure || standing.order === 'abort') return weight > 0 ? { move: 'shift', weight: 0 } : { move: 'abort' };
  // Requests go to nobody who cannot answer, nor to pods that are about to be replaced.
  if (weight > 0 && (standing.readyPods === 0 || !standing.isSame)) return { move: 'shift', weight: 0 };
  if (step >= steps.length) return { move: 'promote' };
  if (!standing.isPrepared) return { move: 'prepare' };
  if (!standing.isProved) return { move: 'prove' };
  if (standing.order === 'promote') return { move: 'promote' };
  const wanted = (steps[step] as Step).weight;
  if (weight !== wanted) return { move: 'shift', weight: wanted };
  if (!standing.isWatched) return { move: 'watch' };
  return step + 1 < steps.length ? { move: 'advance' } : { move: 'promote' };
}

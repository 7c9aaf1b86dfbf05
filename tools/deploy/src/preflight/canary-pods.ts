/** The pods of a canary, which run beside the service's own until these are replaced. */
export interface CanaryPods {
  /** At its last step. */
  readonly wanted: number;
  /** They hold their places already. */
  readonly running: number;
}

/** Of a release that goes without one. */
export const NO_CANARY: CanaryPods = { wanted: 0, running: 0 };

/** Pods of the canary that still need a place. */
export const stillToCome = ({ wanted, running }: CanaryPods): number => Math.max(0, wanted - running);

/** How a Deployment replaces its pods. */
export interface RollingUpdate {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** A new pod starts, then an old one leaves: nobody notices. */
export const NEW_FIRST: RollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
/** An old pod leaves, then a new one takes its place: needs no room. */
export const OLD_FIRST: RollingUpdate = { maxSurge: 0, maxUnavailable: 1 };

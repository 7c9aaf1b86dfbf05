import type { KubeObject } from '../kube/index.ts';

/** The part of a Lease that we read and write. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number | null;
  };
}

/** What a Lease says to one who wants it. */
export type Claim =
  | { readonly state: 'free'; readonly lease: Lease }
  | { readonly state: 'held'; readonly by: string; readonly since: string; readonly endsMs: number };

export interface Claimant {
  readonly holder: string;
  readonly leaseSeconds: number;
}

/** A Date header has whole seconds, so two readings of one server's time may differ by one. */
const DATE_STEP_MS = 1_000;

/** The Lease as it is to be written to take it or renew it, or who holds it. `nowMs` is the server's time. */
export function claimLease(current: Lease, claimant: Claimant, nowMs: number): Claim {
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = current.spec ?? {};
  const isOurs = holderIdentity === claimant.holder;
  const endsMs = Date.parse(renewTime ?? '') + (leaseDurationSeconds ?? 0) * 1_000 + DATE_STEP_MS;
  if (holderIdentity && !isOurs && endsMs > nowMs)
    return { state: 'held', by: holderIdentity, since: acquireTime ?? 'an unknown time', endsMs };
  const now = microTime(nowMs);
  const spec = {
    holderIdentity: claimant.holder,
    leaseDurationSeconds: claimant.leaseSeconds,
    acquireTime: isOurs && acquireTime ? acquireTime : now,
    renewTime: now,
    leaseTransitions: (leaseTransitions ?? 0) + (isOurs ? 0 : 1),
  };
  return { state: 'free', lease: { ...current, spec } };
}

/** The Lease as it is left for the next one. */
export function releaseLease(current: Lease): Lease {
  const { holderIdentity: _left, ...spec } = current.spec ?? {};
  return { ...current, spec: { ...spec, leaseDurationSeconds: 1 } };
}

const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

import { ANNOTATION_PREFIX } from '@modelyard/core';
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
  /** Who it is, for people. */
  readonly holder: string;
  /** Tells this deploy from every other one, also of the same process. */
  readonly token: string;
  readonly leaseSeconds: number;
}

const TOKEN_ANNOTATION = `${ANNOTATION_PREFIX}/lock-token`;
/** The server's stamps have whole seconds, so two readings of its time may differ by one. */
const STAMP_STEP_MS = 1_000;

/** The Lease as it is to be written to take it or renew it, or who holds it. `nowMs` is the server's time. */
export function claimLease(current: Lease, claimant: Claimant, nowMs: number): Claim {
  const { holderIdentity, acquireTime } = current.spec ?? {};
  if (!holderIdentity || isHeldBy(current, claimant)) return { state: 'free', lease: claimedLease(current, claimant, nowMs) };
  const endsMs = endOf(current);
  return endsMs > nowMs
    ? { state: 'held', by: holderIdentity, since: acquireTime ?? 'an unknown time', endsMs }
    : { state: 'free', lease: claimedLease(current, claimant, nowMs) };
}

/** Whether this very deploy holds the Lease. */
export function isHeldBy(lease: Lease, claimant: Claimant): boolean {
  return lease.spec?.holderIdentity === claimant.holder && lease.metadata.annotations?.[TOKEN_ANNOTATION] === claimant.token;
}

/** The Lease in the claimant's hands. */
export function claimedLease(current: Lease, claimant: Claimant, nowMs: number): Lease {
  const isOurs = isHeldBy(current, claimant);
  const now = microTime(nowMs);
  const spec = {
    holderIdentity: claimant.holder,
    leaseDurationSeconds: claimant.leaseSeconds,
    acquireTime: (isOurs && current.spec?.acquireTime) || now,
    renewTime: now,
    leaseTransitions: (current.spec?.leaseTransitions ?? 0) + (isOurs ? 0 : 1),
  };
  const annotations = { ...current.metadata.annotations, [TOKEN_ANNOTATION]: claimant.token };
  return { ...current, metadata: { ...current.metadata, annotations }, spec };
}

/**
 * When the server itself last stamped a change of the object; undefined before the first. The holder's own words depend on a
 * clock that may be wrong: its Date header may have been written by a proxy.
 */
export function stampMs(lease: Lease): number | undefined {
  const stamps = (lease.metadata.managedFields ?? []).map((entry) => Date.parse(entry.time ?? '')).filter((ms) => !Number.isNaN(ms));
  return stamps.length > 0 ? Math.max(...stamps) : undefined;
}

function endOf(lease: Lease): number {
  const renewedMs = stampMs(lease) ?? Date.parse(lease.spec?.renewTime ?? '');
  return renewedMs + (lease.spec?.leaseDurationSeconds ?? 0) * 1_000 + STAMP_STEP_MS;
}

/** The Lease as it is left for the next one. */
export function releaseLease(current: Lease): Lease {
  const { holderIdentity: _left, ...spec } = current.spec ?? {};
  const { [TOKEN_ANNOTATION]: _token, ...annotations } = current.metadata.annotations ?? {};
  return { ...current, metadata: { ...current.metadata, annotations }, spec: { ...spec, leaseDurationSeconds: 1 } };
}

const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

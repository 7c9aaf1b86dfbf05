import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { refOf } from '../kube/index.ts';
import type { Clock } from '../world.ts';
import { type Claimant, claimedLease, isHeldBy, type Lease, releaseLease } from './lease.ts';

/** A lease is renewed this often in its time, so that one lost request does not lose the lock. */
const RENEWALS_PER_LEASE = 3;
/** How often it is looked whether the lease's time is up; also a process that was suspended finds out before it writes. */
const LOOKS_PER_LEASE = 20;
const RELEASE_SECONDS = 5;
const RELEASE_TURNS = 3;

/** A Lease that is renewed until it is released. */
export interface KeptLease {
  /** Aborts when another one has it, and when it could not be renewed in its time. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Renews a Lease that was just taken. */
export function keepLease(cluster: Cluster, taken: Lease, claimant: Claimant, clock: Clock): KeptLease {
  const lost = new AbortController();
  const leaseMs = claimant.leaseSeconds * 1_000;
  let lease = taken;
  // Our time counts from before the request, the server's from after it, so that ours is up first.
  let renewedMs = clock.nowMs();
  let writing: Promise<void> | undefined;
  const renew = async (): Promise<void> => {
    const askedMs = clock.nowMs();
    const renewal = claimedLease(lease, claimant, cluster.serverNowMs());
    const written = await write(cluster, renewal, claimant, claimant.leaseSeconds / 2);
    if (written === 'taken') lost.abort();
    if (typeof written === 'string') return;
    lease = written;
    // Somebody else may have changed the Lease and left it ours; it is renewed the next time then.
    if (written.spec?.renewTime === renewal.spec?.renewTime) renewedMs = askedMs;
  };
  const isOver = () => clock.nowMs() - renewedMs > leaseMs;
  const stopRenewing = clock.every(leaseMs / RENEWALS_PER_LEASE, () => {
    writing ??= renew().finally(() => {
      writing = undefined;
    });
  });
  const stopLooking = clock.every(leaseMs / LOOKS_PER_LEASE, () => {
    if (isOver()) lost.abort();
  });
  const release = async (): Promise<void> => {
    stopRenewing();
    stopLooking();
    await writing;
    if (!lost.signal.aborted) await giveBack(cluster, lease, claimant);
  };
  return { lost: lost.signal, release };
}

/** Writes our Lease. A write whose answer was lost looks like one that came too late, so that the Lease is read before it is given up. */
async function write(cluster: Cluster, wanted: Lease, claimant: Claimant, timeoutSeconds: number): Promise<Lease | 'taken' | 'failed'> {
  try {
    const written = await cluster.replace(wanted, { timeoutSeconds });
    if (written) return written as Lease;
    const current = (await cluster.read(refOf(wanted))) as Lease | undefined;
    return current && isHeldBy(current, claimant) ? current : 'taken';
  } catch (error) {
    if (error instanceof ProblemError) return 'failed';
    throw error;
  }
}

/** A Lease that cannot be given back ends by itself. */
async function giveBack(cluster: Cluster, lease: Lease, claimant: Claimant): Promise<void> {
  let current = lease;
  for (let turn = 0; turn < RELEASE_TURNS; turn++) {
    const written = await write(cluster, releaseLease(current), claimant, RELEASE_SECONDS);
    // Somebody changed the Lease meanwhile and left it ours.
    if (typeof written === 'string' || !isHeldBy(written, claimant)) return;
    current = written;
  }
}

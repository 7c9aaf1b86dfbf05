import { randomUUID } from 'node:crypto';
import { LABEL_INSTANCE, ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { bookLabels } from '../inventory/index.ts';
import { type KubeObject, type ObjectRef, RESOURCES, refOf, selectorOf } from '../kube/index.ts';
import type { World } from '../world.ts';
import { keepLease } from './keep.ts';
import { type Claim, type Claimant, claimedLease, claimLease, isHeldBy, type Lease, stampMs } from './lease.ts';
import { type LockRequest, locked, lockLost, stoppedWaiting } from './problems.ts';

const LEASE_SECONDS = 30;
const POLL_MS = 1_000;
const MAX_TURNS = 20;

/** A lock as it stood at a moment. */
export interface SeenLock {
  /** Absent where the service was never locked. */
  readonly lease?: Lease;
}

/** Whether nobody held the lock when it was seen: one that is taken then may be taken as it was seen. */
export const isFree = (seen: SeenLock | undefined): boolean => seen !== undefined && !seen.lease?.spec?.holderIdentity;

type Taken = Claim & { readonly state: 'free'; readonly isAsSeen: boolean };

/**
 * Looks at the locks of services, in their order, before anything else of them is read; undefined where that cannot be. Everyone
 * who deploys writes the Lease, so that a lock which is then taken exactly as it was seen shows that nobody deployed in between.
 */
export async function seeLocks(cluster: Cluster, namespace: string, services: readonly string[]): Promise<(SeenLock | undefined)[]> {
  try {
    const leases = new Map((await readLeases(cluster, namespace, services)).map((lease) => [lease.metadata.name, lease]));
    return services.map((service) => {
      const lease = leases.get(leaseName(service));
      return lease ? { lease } : {};
    });
  } catch (error) {
    // Who takes the lock meets the same problem, at the place where it counts.
    if (error instanceof ProblemError) return services.map(() => undefined);
    throw error;
  }
}

/** One is read by its name: a list would wait until the server's cache knows every write before it. */
async function readLeases(cluster: Cluster, namespace: string, services: readonly string[]): Promise<readonly Lease[]> {
  const [service] = services;
  if (service !== undefined && services.length === 1) {
    const lease = await cluster.read(leaseRef(service, namespace));
    return lease ? [lease as Lease] : [];
  }
  const labelSelector = selectorOf(LABEL_INSTANCE, services);
  return (await cluster.list({ resource: RESOURCES.Lease, namespace, labelSelector })) as readonly KubeObject[] as readonly Lease[];
}

/**
 * Runs the body while nobody else deploys the service, in a world whose signal also tells that the lock was lost, and with a
 * cluster that then takes no more requests; tells it whether the lock was still as it was seen, so that what was read since then holds.
 * The lock is given back however the body ends; of a process that dies, it ends by itself.
 */
export async function withDeployLock<W extends World, T>(
  cluster: Cluster,
  request: LockRequest,
  world: W,
  body: (world: W, cluster: Cluster, isAsSeen: boolean) => Promise<T>,
  seen?: SeenLock,
): Promise<T> {
  const claimant = { holder: world.holder, token: randomUUID(), leaseSeconds: world.leaseSeconds ?? LEASE_SECONDS };
  const { lease, isAsSeen } = await takeLease(cluster, request, claimant, world, seen);
  const lock = keepLease(cluster, lease, claimant, world.clock);
  try {
    const signal = world.signal ? AbortSignal.any([world.signal, lock.lost]) : lock.lost;
    return await body({ ...world, signal }, cluster.until(lock.lost), isAsSeen);
  } catch (error) {
    throw lock.lost.aborted ? lockLost(request) : error;
  } finally {
    await lock.release();
  }
}

async function takeLease(cluster: Cluster, request: LockRequest, claimant: Claimant, world: World, seen?: SeenLock): Promise<Taken> {
  const startedMs = world.clock.nowMs();
  let isTold = false;
  while (true) {
    if (world.signal?.aborted) throw stoppedWaiting(request);
    const claim = await tryLease(cluster, request, claimant, isTold ? undefined : seen);
    if (claim.state === 'free') return claim;
    if (world.clock.nowMs() - startedMs >= (request.waitSeconds ?? 0) * 1_000) throw locked(request, claim);
    if (!isTold) world.report({ type: 'waiting', because: `${claim.by} deploys ${request.service} since ${claim.since}` });
    isTold = true;
    await world.clock.sleep(POLL_MS, world.signal);
  }
}

/** Two who try at once both read a free Lease; the server lets only one of them write. */
async function tryLease(
  cluster: Cluster,
  request: LockRequest,
  claimant: Claimant,
  seen?: SeenLock,
): Promise<Taken | (Claim & { readonly state: 'held' })> {
  const blank = blankLease(request);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const isSeen = turn === 0 && seen !== undefined;
    const current = isSeen ? seen.lease : ((await cluster.read(refOf(blank))) as Lease | undefined);
    const isOthers = current?.spec?.holderIdentity && !isHeldBy(current, claimant);
    const nowMs = isOthers ? await serverTimeMs(cluster, current, claimant) : cluster.serverNowMs();
    if (nowMs === undefined) continue;
    const claim = claimLease(current ?? blank, claimant, nowMs);
    if (claim.state === 'held') return claim;
    const written = await (current ? cluster.replace(claim.lease) : cluster.create(claim.lease));
    // Whose time was up only now may have written until now.
    if (written) return { state: 'free', lease: written as Lease, isAsSeen: isSeen && !current?.spec?.holderIdentity };
  }
  throw new Error(`the Lease ${blank.metadata.name} changes all the time and is held by nobody`);
}

/**
 * The time by which the server stamps a change of the Lease, so that its own stamps are compared with each other and no clock
 * in between can end another one's lock. Undefined when the Lease has changed meanwhile.
 */
async function serverTimeMs(cluster: Cluster, current: Lease, claimant: Claimant): Promise<number | undefined> {
  const trial = await cluster.replace(claimedLease(current, claimant, cluster.serverNowMs()), { dryRun: true });
  return trial && (stampMs(trial as Lease) ?? cluster.serverNowMs());
}

function blankLease({ service, namespace }: LockRequest): Lease {
  const { apiVersion, kind } = RESOURCES.Lease;
  return { apiVersion, kind, metadata: { name: leaseName(service), namespace, labels: bookLabels(service) } };
}

const leaseName = (service: string): string => `${service}.deploy`;

/** Where the lock of a service stands. */
export function leaseRef(service: string, namespace: string): ObjectRef {
  return refOf(blankLease({ service, namespace }));
}

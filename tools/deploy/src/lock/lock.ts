import { randomUUID } from 'node:crypto';
import type { Cluster } from '../cluster/index.ts';
import { bookLabels } from '../inventory/index.ts';
import { type ObjectRef, RESOURCES, refOf } from '../kube/index.ts';
import type { World } from '../world.ts';
import { keepLease } from './keep.ts';
import { type Claim, type Claimant, claimedLease, claimLease, isHeldBy, type Lease, stampMs } from './lease.ts';
import { type LockRequest, locked, lockLost, stoppedWaiting } from './problems.ts';

const LEASE_SECONDS = 30;
const POLL_MS = 1_000;
const MAX_TURNS = 20;

/**
 * Runs the body while nobody else deploys the service, in a world whose signal also tells that the lock was lost, and with a
 * cluster that then takes no more requests. The lock is given back however the body ends; of a process that dies, it ends by itself.
 */
export async function withDeployLock<W extends World, T>(
  cluster: Cluster,
  request: LockRequest,
  world: W,
  body: (world: W, cluster: Cluster) => Promise<T>,
): Promise<T> {
  const claimant = { holder: world.holder, token: randomUUID(), leaseSeconds: world.leaseSeconds ?? LEASE_SECONDS };
  const lock = keepLease(cluster, await takeLease(cluster, request, claimant, world), claimant, world.clock);
  try {
    const signal = world.signal ? AbortSignal.any([world.signal, lock.lost]) : lock.lost;
    return await body({ ...world, signal }, cluster.until(lock.lost));
  } catch (error) {
    throw lock.lost.aborted ? lockLost(request) : error;
  } finally {
    await lock.release();
  }
}

async function takeLease(cluster: Cluster, request: LockRequest, claimant: Claimant, world: World): Promise<Lease> {
  const startedMs = world.clock.nowMs();
  let isTold = false;
  while (true) {
    if (world.signal?.aborted) throw stoppedWaiting(request);
    const claim = await tryLease(cluster, request, claimant);
    if (claim.state === 'free') return claim.lease;
    if (world.clock.nowMs() - startedMs >= (request.waitSeconds ?? 0) * 1_000) throw locked(request, claim);
    if (!isTold) world.report({ type: 'waiting', because: `${claim.by} deploys ${request.service} since ${claim.since}` });
    isTold = true;
    await world.clock.sleep(POLL_MS, world.signal);
  }
}

/** Two who try at once both read a free Lease; the server lets only one of them write. */
async function tryLease(cluster: Cluster, request: LockRequest, claimant: Claimant): Promise<Claim> {
  const blank = blankLease(request);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const current = (await cluster.read(refOf(blank))) as Lease | undefined;
    const isOthers = current?.spec?.holderIdentity && !isHeldBy(current, claimant);
    const nowMs = isOthers ? await serverTimeMs(cluster, current, claimant) : cluster.serverNowMs();
    if (nowMs === undefined) continue;
    const claim = claimLease(current ?? blank, claimant, nowMs);
    if (claim.state === 'held') return claim;
    const written = await (current ? cluster.replace(claim.lease) : cluster.create(claim.lease));
    if (written) return { state: 'free', lease: written as Lease };
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

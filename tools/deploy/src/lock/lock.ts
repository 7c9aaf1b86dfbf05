import { type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { bookLabels } from '../inventory/index.ts';
import { RESOURCES } from '../kube/index.ts';
import type { World } from '../world.ts';
import { type Claim, type Claimant, claimLease, type Lease, releaseLease } from './lease.ts';

/** Which service is locked, and how long one waits for another deployer. */
export interface LockRequest {
  readonly service: string;
  readonly namespace: string;
  /** Left out, a held lock is told at once. */
  readonly waitSeconds?: number;
}

const LEASE_SECONDS = 30;
/** A lease is renewed this often in its time, so that one lost request does not lose the lock. */
const RENEWALS_PER_LEASE = 3;
const POLL_MS = 1_000;

/**
 * Runs the body while nobody else deploys the service, in a world whose signal also tells that the lock was lost. The lock
 * is given back however the body ends; of a process that dies, it ends by itself.
 */
export async function withDeployLock<W extends World, T>(
  cluster: Cluster,
  request: LockRequest,
  world: W,
  body: (world: W) => Promise<T>,
): Promise<T> {
  const claimant = { holder: world.holder, leaseSeconds: world.leaseSeconds ?? LEASE_SECONDS };
  const lock = keepLease(cluster, await takeLease(cluster, request, claimant, world), claimant, world);
  try {
    return await body({ ...world, signal: world.signal ? AbortSignal.any([world.signal, lock.lost]) : lock.lost });
  } catch (error) {
    throw lock.lost.aborted ? lockLost(request) : error;
  } finally {
    await lock.release();
  }
}

async function takeLease(cluster: Cluster, request: LockRequest, claimant: Claimant, world: World): Promise<Lease> {
  const startedMs = world.clock.nowMs();
  while (true) {
    const claim = await tryLease(cluster, request, claimant);
    if (claim.state === 'free') return claim.lease;
    const waitedMs = world.clock.nowMs() - startedMs;
    if (waitedMs >= (request.waitSeconds ?? 0) * 1_000 || world.signal?.aborted) throw locked(request, claim);
    if (waitedMs < POLL_MS) world.report({ type: 'waiting', because: `${claim.by} deploys ${request.service} since ${claim.since}` });
    await world.clock.sleep(POLL_MS, world.signal);
  }
}

/** Two who try at once both read a free Lease; the server lets only one of them write. */
async function tryLease(cluster: Cluster, request: LockRequest, claimant: Claimant): Promise<Claim> {
  const blank = blankLease(request);
  for (let turn = 0; ; turn++) {
    const current = await cluster.read({
      apiVersion: blank.apiVersion,
      kind: blank.kind,
      name: blank.metadata.name,
      namespace: request.namespace,
    });
    const claim = claimLease((current as Lease | undefined) ?? blank, claimant, cluster.serverNowMs());
    if (claim.state === 'held') return claim;
    const written = await (current ? cluster.replace(claim.lease) : cluster.create(claim.lease));
    if (written) return { state: 'free', lease: written as Lease };
    if (turn > 20) throw new Error(`the Lease ${blank.metadata.name} changes all the time and is held by nobody`);
  }
}

function blankLease({ service, namespace }: LockRequest): Lease {
  const { apiVersion, kind } = RESOURCES.Lease;
  return { apiVersion, kind, metadata: { name: leaseName(service), namespace, labels: bookLabels(service) } };
}

const leaseName = (service: string): string => `${service}.deploy`;

/** Renews the Lease until it is released; `lost` aborts when another one has it, or when it could not be renewed in its time. */
function keepLease(cluster: Cluster, taken: Lease, claimant: Claimant, world: World) {
  const lost = new AbortController();
  let lease = taken;
  let renewedMs = world.clock.nowMs();
  let writing = Promise.resolve();
  const renew = async (): Promise<void> => {
    const claim = claimLease(lease, claimant, cluster.serverNowMs());
    const written = claim.state === 'free' ? await cluster.replace(claim.lease).catch(passProblem) : undefined;
    if (written === 'failed') {
      if (world.clock.nowMs() - renewedMs > claimant.leaseSeconds * 1_000) lost.abort();
    } else if (written) {
      lease = written as Lease;
      renewedMs = world.clock.nowMs();
    } else lost.abort();
  };
  const stop = world.clock.every((claimant.leaseSeconds * 1_000) / RENEWALS_PER_LEASE, () => {
    writing = writing.then(renew);
  });
  const release = async (): Promise<void> => {
    stop();
    await writing;
    // A Lease that cannot be given back ends by itself.
    if (!lost.signal.aborted) await cluster.replace(releaseLease(lease)).catch(passProblem);
  };
  return { lost: lost.signal, release };
}

function passProblem(error: unknown): 'failed' {
  if (error instanceof ProblemError) return 'failed';
  throw error;
}

function locked(request: LockRequest, claim: Claim & { state: 'held' }): ProblemError {
  const problem: Problem = {
    code: 'locked',
    where: `${request.service} in ns/${request.namespace}`,
    what: `${claim.by} deploys it since ${claim.since.replace(/\.\d+Z$/, 'Z')}`,
    remedy: `wait until that ends, or pass --wait-for-lock; if that process is dead, its lock ends at ${new Date(claim.endsMs).toISOString().replace(/\.\d+Z$/, 'Z')}`,
  };
  return new ProblemError([problem], 'locked');
}

function lockLost(request: LockRequest): ProblemError {
  const problem: Problem = {
    code: 'lock-lost',
    where: `${request.service} in ns/${request.namespace}`,
    what: 'the lock could not be renewed in its time, so another deploy may have begun; this one has stopped',
    remedy: 'look with "modelyard status", then deploy again',
  };
  return new ProblemError([problem], 'locked');
}

import type { Cluster } from './cluster/index.ts';
import type { Inventory } from './inventory/index.ts';
import { type SeenLock, seeLocks } from './lock/index.ts';
import { type Release, readStandings, type Standing, surveyReleases } from './release/index.ts';
import type { Clock } from './world.ts';

/**
 * What was read of a service ahead of its deploy, after its lock was seen. A lock that is then taken as it was seen shows that no
 * deploy came in between, so that nothing has to be read again while others wait for it.
 */
export interface Ahead {
  readonly seen?: SeenLock;
  readonly inventory: Inventory;
  readonly atMs: number;
}

/** The lock keeps other deploys away, and nobody else: what was edited by hand since must not be missed for long. */
const LASTS_MS = 60_000;

/** Reads the locks of releases of one namespace, and then what it holds of them, in their order. */
export async function lookAhead(cluster: Cluster, releases: readonly Release[], clock: Clock): Promise<Ahead[]> {
  const [first] = releases;
  if (!first) return [];
  const { namespace } = first.environment;
  const services = releases.map(({ service }) => service);
  const atMs = clock.nowMs();
  const locks = await seeLocks(cluster, namespace, services);
  const inventories = await readStandings(cluster, namespace, releases);
  return inventories.map((inventory, index) => aheadOf(inventory, locks[index], atMs));
}

/** Reads the lock of one release, and then what its namespace holds of it and what runs. */
export async function surveyAhead(cluster: Cluster, release: Release, clock: Clock): Promise<{ standing: Standing; ahead: Ahead }> {
  const { service, environment } = release;
  const atMs = clock.nowMs();
  const [seen] = await seeLocks(cluster, environment.namespace, [service]);
  const [survey] = await surveyReleases(cluster, environment.namespace, [release]);
  const standing = survey as Standing;
  return { standing, ahead: aheadOf(standing.inventory, seen, atMs) };
}

/** Whether what was read ahead may still be used. */
export const isFresh = ({ atMs }: Ahead, clock: Clock): boolean => clock.nowMs() - atMs < LASTS_MS;

const aheadOf = (inventory: Inventory, seen: SeenLock | undefined, atMs: number): Ahead => ({ inventory, atMs, ...(seen ? { seen } : {}) });

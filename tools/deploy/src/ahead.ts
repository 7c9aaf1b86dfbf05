import type { Cluster } from './cluster/index.ts';
import type { Inventory } from './inventory/index.ts';
import { type SeenLock, seeLocks } from './lock/index.ts';
import { isNamespaceSeen } from './namespace.ts';
import { type Release, readStandings } from './release/index.ts';
import type { Clock } from './world.ts';

/** What was read of a service ahead of its deploy. */
export interface Ahead {
  /** The lock as it stood before the rest was read. */
  readonly seen?: SeenLock;
  readonly inventory: Inventory;
  readonly isNamespaceThere: boolean;
  readonly atMs: number;
}

/** The lock keeps other deploys away, and nobody else: what was edited by hand since must not be missed for long. */
const LASTS_MS = 60_000;

/**
 * Reads what a namespace holds of releases, in their order, and before that their locks. A lock that is then taken as it was seen
 * shows that no deploy came in between, so that nothing has to be read again while others wait for it.
 */
export async function lookAhead(cluster: Cluster, releases: readonly Release[], clock: Clock): Promise<Ahead[]> {
  const [first] = releases;
  if (!first) return [];
  const { environment } = first;
  const atMs = clock.nowMs();
  const services = releases.map(({ service }) => service);
  const [locks, isNamespaceThere] = await Promise.all([
    seeLocks(cluster, environment.namespace, services),
    isNamespaceSeen(cluster, environment),
  ]);
  const inventories = await readStandings(cluster, environment.namespace, releases);
  return inventories.map((inventory, index) => {
    const seen = locks[index];
    return { inventory, isNamespaceThere, atMs, ...(seen ? { seen } : {}) };
  });
}

/** Whether what was read ahead may still be used. */
export const isFresh = ({ atMs }: Ahead, clock: Clock): boolean => clock.nowMs() - atMs < LASTS_MS;

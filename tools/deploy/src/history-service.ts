import { listRevisions, type Revision } from './revisions/index.ts';
import { accessTo, type Target } from './target.ts';
import type { World } from './world.ts';

/** The recorded revisions of a service in an environment, the latest first. */
export async function readHistory(target: Target, world: Pick<World, 'connect'>): Promise<Revision[]> {
  const cluster = await world.connect(accessTo(target));
  try {
    return await listRevisions(cluster, { service: target.service, namespace: target.environment.namespace });
  } finally {
    await cluster.close();
  }
}

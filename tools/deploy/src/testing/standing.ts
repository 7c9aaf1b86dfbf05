import { type Cluster, connectCluster } from '../cluster/index.ts';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import { leaseRef } from '../lock/index.ts';
import { isUnchanged } from '../plan/index.ts';
import { listRevisions } from '../revisions/index.ts';
import { readStatus } from '../status.ts';
import { accessTo } from '../target.ts';
import { recordingWorld } from './api.ts';

/** What is left after a deploy, as far as nothing may be lost. */
export interface Standing {
  /** Whether another deploy of the request would change nothing. */
  readonly isAsWanted: boolean;
  /** Images of the pods that are ready. */
  readonly serving: string | undefined;
  readonly ready: number | undefined;
  /** Who holds the lock; undefined for nobody. */
  readonly holder: string | undefined;
  readonly revisions: number;
}

/** Looks at the cluster itself, with no proxy in between. */
export async function standingOf(request: DeployRequest): Promise<Standing> {
  const world = recordingWorld();
  const place = { service: request.service, namespace: request.environment.namespace };
  const [planned, status, [lease, revisions]] = await Promise.all([
    deployService({ ...request, dryRun: true }, world),
    readStatus(request, world),
    throughNothing(request, (cluster) =>
      Promise.all([cluster.read(leaseRef(place.service, place.namespace)), listRevisions(cluster, place)]),
    ),
  ]);
  return {
    isAsWanted: isUnchanged(planned.plan),
    serving: status.deployment?.image,
    ready: status.deployment?.ready,
    holder: (lease?.spec as { holderIdentity?: string } | undefined)?.holderIdentity,
    revisions: revisions.length,
  };
}

/** Uses the cluster of a request, over a connection of its own. */
export async function throughNothing<T>(request: DeployRequest, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await connectCluster(accessTo(request));
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

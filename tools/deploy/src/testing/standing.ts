import { type Cluster, connectCluster } from '../cluster/index.ts';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import { applySetOf, memberOf } from '../inventory/index.ts';
import { type KubeObject, RESOURCES } from '../kube/index.ts';
import { type Lease, leaseRef, stampMs } from '../lock/index.ts';
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
  /** Who holds the lock; undefined for nobody, and for one whose time is up. */
  readonly holder: string | undefined;
  readonly revisions: number;
}

/** Looks at the cluster itself, with no proxy in between. */
export const standingOf = (request: DeployRequest): Promise<Standing> => throughNothing(request, (cluster) => standingIn(cluster, request));

/** Looks at the cluster over a connection that is there. */
export async function standingIn(cluster: Cluster, request: DeployRequest): Promise<Standing> {
  const place = { service: request.service, namespace: request.environment.namespace };
  const world = { ...recordingWorld(), connect: async () => ({ ...cluster, close: async () => undefined }) };
  const [planned, status, lease, revisions] = await Promise.all([
    deployService({ ...request, dryRun: true }, world),
    readStatus(request, world),
    cluster.read(leaseRef(place.service, place.namespace)),
    listRevisions(cluster, place),
  ]);
  return {
    isAsWanted: isUnchanged(planned.plan),
    serving: status.deployment?.image,
    ready: status.deployment?.ready,
    holder: holderOf(lease as Lease | undefined, cluster.serverNowMs()),
    revisions: revisions.length,
  };
}

function holderOf(lease: Lease | undefined, nowMs: number): string | undefined {
  const { holderIdentity, leaseDurationSeconds } = lease?.spec ?? {};
  const endsMs = ((lease && stampMs(lease)) ?? 0) + (leaseDurationSeconds ?? 0) * 1_000;
  return holderIdentity && endsMs > nowMs ? holderIdentity : undefined;
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

/** What is left of a service, `Kind name` each. */
export function namesIn(request: DeployRequest): Promise<string[]> {
  const { namespace } = request.environment;
  const kinds = [RESOURCES.ConfigMap, RESOURCES.Deployment, RESOURCES.Lease, RESOURCES.Pod, RESOURCES.Service];
  return throughNothing(request, async (cluster) => {
    const lists = await Promise.all(kinds.map((resource) => cluster.list({ resource, namespace })));
    return lists.flat().flatMap(({ kind, metadata }) => (metadata.name === 'kube-root-ca.crt' ? [] : [`${kind} ${metadata.name}`]));
  });
}

/** Adds a member to the service's set that its spec does not want. */
export function addMember(request: DeployRequest, name: string): Promise<KubeObject> {
  const { service, environment } = request;
  const metadata = { name, namespace: environment.namespace };
  const member = memberOf(applySetOf(service, environment.namespace), { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  return throughNothing(request, (cluster) => cluster.apply(member));
}

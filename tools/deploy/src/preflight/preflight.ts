import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { type Inventory, leavingMembers } from '../inventory/index.ts';
import { type KubeObject, keyOf, type LiveDeployment, NEW_FIRST, OLD_FIRST, RESOURCES, type RollingUpdate, refOf } from '../kube/index.ts';
import { namespaceExists } from '../namespace.ts';
import { firstReplicas, isAsApplied } from '../plan/index.ts';
import { inLiveWay, membersOf, type Release } from '../release/index.ts';
import type { Finding, Note } from '../report/index.ts';
import { settleBoth } from '../settle.ts';
import { type CanaryPods, NO_CANARY, stillToCome } from './canary-pods.ts';
import { lookAtDevices } from './dra.ts';
import { type GpuDemand, gpuDemandOf } from './gpu-demand.ts';
import { type GpuOutlook, lookAtGpus, type Place } from './gpu-outlook.ts';
import { count } from './gpu-words.ts';
import { expectRights } from './missing-rights.ts';
import { lookAtQuotas } from './quota-outlook.ts';
import { type Amounts, amountsOf, podRequests, sumOf } from './requests.ts';
import { RIGHTS_TO_CREATE_NAMESPACE, rightsToDeploy } from './rights.ts';
import { withRuntimeClass } from './runtime-class.ts';
import type { SchedulingSpec } from './scheduling.ts';
import { chooseRollingUpdate, roomForSurge } from './surge.ts';

/** The Deployment whose pods are about to be replaced. */
interface Subject {
  readonly place: Place;
  readonly where: string;
  readonly replicas: number;
  readonly pod: SchedulingSpec;
  readonly strategy: { readonly maxUnavailable: number | string };
  readonly live: LiveDeployment | undefined;
  readonly canary: CanaryPods;
}

interface RenderedSpec {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly strategy: { readonly rollingUpdate: { readonly maxUnavailable: number | string } };
}

/** What was seen of the cluster. */
interface Outlook {
  readonly notes: readonly Note[];
  readonly demand?: GpuDemand;
  readonly gpus?: GpuOutlook;
  /** Pods that the quotas still admit. */
  readonly admitted: number;
  readonly running: number;
}

/**
 * Looks whether the release can go, before anything is written: rights, GPUs, quotas, classes. Gives the release with the way
 * in which its pods are replaced; throws every problem that was found. The pods of a canary need their places beside all others.
 */
export async function preflight(
  cluster: Cluster,
  release: Release,
  inventory: Inventory,
  report: (finding: Finding) => void,
  canary: CanaryPods = NO_CANARY,
): Promise<Release> {
  const leaving = leavingMembers(inventory, release.objects);
  const [, chosen] = await settleBoth(
    expectReleaseRights(cluster, release, leaving),
    choosePlaces(cluster, release, inventory, canary, report),
  );
  return chosen;
}

/** Throws one problem that names every right which the deployer lacks for the release. */
export async function expectReleaseRights(cluster: Cluster, release: Release, leaving: readonly KubeObject[] = []): Promise<void> {
  const { service, environment } = release;
  const isNew = environment.createNamespace && !(await namespaceExists(cluster, environment));
  const asker = { service, environment: environment.name, namespace: environment.namespace };
  await expectRights(cluster, [...rightsToDeploy(release.objects, leaving), ...(isNew ? [RIGHTS_TO_CREATE_NAMESPACE] : [])], asker);
}

/** Pods that stay as they are need no place. */
async function choosePlaces(
  cluster: Cluster,
  release: Release,
  inventory: Inventory,
  canary: CanaryPods,
  report: (finding: Finding) => void,
): Promise<Release> {
  const asLive = inLiveWay(release, inventory.members);
  if (keepsDeployment(asLive, inventory)) return asLive;
  const subject = subjectOf(release, inventory, canary);
  if (!subject || subject.replicas === 0) return release;
  const outlook = await lookAround(cluster, release, subject);
  for (const note of outlook.notes) report({ type: 'noted', ...note });
  if (!subject.live) return release;
  if (release.asksForRollout) {
    expectRoomForRollout(subject, outlook);
    return release;
  }
  const way = chooseWay(subject, outlook);
  if (!way) return release;
  if (outlook.demand || way.rollingUpdate !== NEW_FIRST) report({ type: 'surge', ...way });
  return { ...release, rollingUpdate: way.rollingUpdate };
}

function keepsDeployment(release: Release, inventory: Inventory): boolean {
  const desired = membersOf(release).find(isDeployment);
  return desired !== undefined && isAsApplied(desired, liveOf(desired, inventory));
}

function subjectOf(release: Release, inventory: Inventory, canary: CanaryPods): Subject | undefined {
  const desired = release.objects.find(isDeployment) as LiveDeployment | undefined;
  if (!desired) return undefined;
  const { service, environment } = release;
  const { namespace } = environment;
  const live = liveOf(desired, inventory) as LiveDeployment | undefined;
  const { selector, strategy } = desired.spec as unknown as RenderedSpec;
  return {
    place: { service, namespace, selector: selector.matchLabels },
    where: `${service} in ns/${namespace}`,
    // What an autoscaler sets is not rendered: what it has set stays, and it never goes below its least.
    replicas: desired.spec.replicas ?? Math.max(live?.spec.replicas ?? 1, firstReplicas(desired, release.objects) ?? 1),
    pod: (desired.spec.template?.spec ?? {}) as SchedulingSpec,
    strategy: strategy.rollingUpdate,
    live,
    canary,
  };
}

/** What the cluster promises, from all sides at once. */
async function lookAround(cluster: Cluster, release: Release, subject: Subject): Promise<Outlook> {
  const { place, where, replicas, live, canary } = subject;
  const pod = await withRuntimeClass(cluster, subject.pod, where);
  const demand = gpuDemandOf(pod, replicas, release.gpuWishes, stillToCome(canary));
  const charge = { requests: podRequests(pod), limits: limitsOf(pod) };
  const running = live?.status?.replicas ?? 0;
  const [gpus, [quotas, devices]] = await settleBoth(
    demand ? lookAtGpus(cluster, demand, place) : Promise.resolve(undefined),
    settleBoth(
      lookAtQuotas(cluster, { where, namespace: place.namespace, replicas, running, canary, charge }),
      lookAtDevices(cluster, release.objects, replicas + canary.wanted, where),
    ),
  );
  const notes = [...(gpus?.notes ?? []), ...quotas.notes, ...devices];
  return { notes, running: gpus?.running ?? running, admitted: quotas.admitted, ...(gpus ? { gpus } : {}), ...(demand ? { demand } : {}) };
}

const limitsOf = (pod: SchedulingSpec): Amounts =>
  sumOf((pod.containers ?? []).map((container) => amountsOf(container.resources?.limits ?? {})));

/** Undefined where too little is known to say more than the rendering did: which claimed devices are free, only the scheduler knows. */
function chooseWay({ replicas, pod, canary }: Subject, outlook: Outlook): { rollingUpdate: RollingUpdate; because: string } | undefined {
  const { gpus, demand, admitted, running } = outlook;
  if ((demand && !gpus?.room) || pod.resourceClaims?.length) return undefined;
  const places = gpus?.room?.free ?? Number.POSITIVE_INFINITY;
  // The canary comes first, and goes on while the service takes its pods.
  const room = { free: Math.max(0, Math.min(places, admitted) - stillToCome(canary)), whole: Number.POSITIVE_INFINITY };
  const beside = canary.wanted > 0 ? ' beside the canary' : '';
  const rollingUpdate = chooseRollingUpdate(replicas, running, room) ?? OLD_FIRST;
  if (rollingUpdate === NEW_FIRST) return { rollingUpdate, because: `there is room for ${count(room.free, 'more pod')}${beside}` };
  const needed = `${count(roomForSurge(replicas, running), 'more pod')}${beside}`;
  const because =
    admitted < places
      ? `the quota has no room for ${needed}`
      : `no room for ${needed}: ${gpus?.free} of ${gpus?.allocatable} ${demand?.resource} free`;
  return { rollingUpdate, because: replicas === 1 && running > 0 ? `${because}; the service is away until the new pod is ready` : because };
}

/** A rollout that the spec asks for, and that would wait for ever: no pod may leave, and no new one finds a place. */
function expectRoomForRollout({ where, replicas, strategy, canary }: Subject, { gpus, demand, running }: Outlook): void {
  if (!demand || !gpus?.room || gpus.room.free > stillToCome(canary) || running < replicas) return;
  if (podsOf(strategy.maxUnavailable, replicas) > 0) return;
  const problem = {
    code: 'rollout-deadlock',
    where,
    what: `deploy.rollout lets no pod leave before a new one runs, and there is no place for one: ${gpus.free} of ${gpus.allocatable} ${demand.resource} free`,
    remedy: 'leave deploy.rollout out, so that the way is chosen by the room there is, or set its maxUnavailable to 1 and maxSurge to 0',
  };
  throw new ProblemError([problem], 'preflight');
}

/** Shares of pods that may be missing are rounded down. */
const podsOf = (amount: number | string, replicas: number): number =>
  typeof amount === 'number' ? amount : Math.floor((Number.parseInt(amount, 10) * replicas) / 100);

const isDeployment = (object: KubeObject): boolean => object.kind === RESOURCES.Deployment.kind;

const liveOf = (object: KubeObject, inventory: Inventory): KubeObject | undefined =>
  inventory.members.find((member) => keyOf(refOf(member)) === keyOf(refOf(object)));

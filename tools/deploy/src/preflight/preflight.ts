import type { Cluster } from '../cluster/index.ts';
import { type Inventory, leavingMembers } from '../inventory/index.ts';
import { type KubeObject, keyOf, type LiveDeployment, NEW_FIRST, OLD_FIRST, RESOURCES, type RollingUpdate, refOf } from '../kube/index.ts';
import { ENVIRONMENT_ANNOTATION } from '../manifests/index.ts';
import { namespaceExists } from '../namespace.ts';
import { firstReplicas, isAsApplied } from '../plan/index.ts';
import { inLiveWay, membersOf, type Release } from '../release/index.ts';
import type { Finding, Note } from '../report/index.ts';
import { settleAll } from '../settle.ts';
import { lookAtAskedRollout } from './asked-rollout.ts';
import { type CanaryPods, NO_CANARY, stillToCome } from './canary-pods.ts';
import { type ClaimQuestion, claimIn, lookAtClaim, mostPods } from './claim.ts';
import { lookAtIngressClass, lookAtPriorityClass } from './classes.ts';
import { lookAtDevices } from './dra.ts';
import { gpuDemandOf } from './gpu-demand.ts';
import { lookAtGpus } from './gpu-outlook.ts';
import { expectRights } from './missing-rights.ts';
import { gpusLack, morePods, type Outlook, quotaLacks, type Subject } from './outlook.ts';
import { lookAtQuotas } from './quota-outlook.ts';
import { type Amounts, amountsOf, podRequests, sumOf } from './requests.ts';
import { RIGHTS_TO_CREATE_NAMESPACE, rightsToDeploy } from './rights.ts';
import { withRuntimeClass } from './runtime-class.ts';
import type { SchedulingSpec } from './scheduling.ts';
import { chooseRollingUpdate, type RolloutLimits, roomForSurge } from './surge.ts';

interface RenderedSpec {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly strategy: { readonly rollingUpdate: RolloutLimits };
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
  for (const note of otherEnvironment(release, inventory)) report({ type: 'noted', ...note });
  const [, chosen] = await settleAll([
    expectReleaseRights(cluster, release, leaving),
    choosePlaces(cluster, release, inventory, canary, report),
    lookAtEntry(cluster, release, inventory, report),
  ]);
  return chosen;
}

/** Throws one problem that names every right which the deployer lacks for the release. */
export async function expectReleaseRights(cluster: Cluster, release: Release, leaving: readonly KubeObject[] = []): Promise<void> {
  const { service, environment } = release;
  const isNew = environment.createNamespace && !(await namespaceExists(cluster, environment));
  const asker = { service, environment: environment.name, namespace: environment.namespace };
  await expectRights(cluster, [...rightsToDeploy(release.objects, leaving), ...(isNew ? [RIGHTS_TO_CREATE_NAMESPACE] : [])], asker);
}

/** Two environments of one namespace take the service from each other, deploy by deploy. */
function otherEnvironment({ environment, service }: Release, { members }: Inventory): Note[] {
  const live = members.find(({ kind, metadata }) => kind === RESOURCES.Deployment.kind && metadata.name === service);
  const name = live?.metadata.annotations?.[ENVIRONMENT_ANNOTATION];
  if (name === undefined || name === environment.name) return [];
  return [
    {
      code: 'other-environment',
      what: `what is live was deployed as environment "${name}"; this deploy takes it over as "${environment.name}"`,
      remedy: 'where both are in use, give one of them a namespace of its own in modelyard.yaml',
    },
  ];
}

/** An Ingress that stays as it is was looked at when it came. */
async function lookAtEntry(cluster: Cluster, release: Release, inventory: Inventory, report: (finding: Finding) => void): Promise<void> {
  const changed = membersOf(release).filter((object) => !isAsApplied(object, liveOf(object, inventory)));
  for (const note of await lookAtIngressClass(cluster, changed)) report({ type: 'noted', ...note });
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
    for (const note of await lookAtAskedRollout(cluster, subject, outlook)) report({ type: 'noted', ...note });
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
    desired,
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
  const [gpus, quotas, devices, priority, claim] = await settleAll([
    demand ? lookAtGpus(cluster, demand, place) : Promise.resolve(undefined),
    lookAtQuotas(cluster, { where, namespace: place.namespace, replicas, running, canary, charge }),
    lookAtDevices(cluster, release.objects, replicas + canary.wanted, where),
    lookAtPriorityClass(cluster, pod, where),
    lookAtClaim(cluster, claimQuestion(release, subject)),
  ]);
  const notes = [...(gpus?.notes ?? []), ...quotas.notes, ...devices, ...priority, ...claim.notes];
  const { admitted, bounds } = quotas;
  const isHeld = live !== undefined && claimIn(live) === claimIn(subject.desired);
  const held = claim.hold && isHeld ? { hold: claim.hold } : {};
  return { notes, running: gpus?.running ?? running, admitted, bounds, ...held, ...(gpus ? { gpus } : {}), ...(demand ? { demand } : {}) };
}

const claimQuestion = ({ objects }: Release, { where, place, pod, replicas, canary }: Subject): ClaimQuestion => ({
  where,
  namespace: place.namespace,
  pod,
  pods: Math.max(replicas + canary.wanted, mostPods(objects)),
});

const limitsOf = (pod: SchedulingSpec): Amounts =>
  sumOf((pod.containers ?? []).map((container) => amountsOf(container.resources?.limits ?? {})));

const AWAY = 'the service is away until the new pod is ready';

/** Undefined where too little is known to say more than the rendering did: which claimed devices are free, only the scheduler knows. */
function chooseWay({ replicas, pod, canary }: Subject, outlook: Outlook): { rollingUpdate: RollingUpdate; because: string } | undefined {
  const { gpus, demand, admitted, running, hold } = outlook;
  if (hold && running > 0) return { rollingUpdate: OLD_FIRST, because: `${hold.because}; ${AWAY}` };
  if ((demand && !gpus?.room) || pod.resourceClaims?.length) return undefined;
  const places = gpus?.room?.free ?? Number.POSITIVE_INFINITY;
  // The canary comes first, and goes on while the service takes its pods.
  const room = { free: Math.max(0, Math.min(places, admitted) - stillToCome(canary)), whole: Number.POSITIVE_INFINITY };
  const rollingUpdate = chooseRollingUpdate(replicas, running, room) ?? OLD_FIRST;
  if (rollingUpdate === NEW_FIRST) return { rollingUpdate, because: `there is room for ${morePods(room.free, canary)}` };
  const needed = morePods(roomForSurge(replicas, running), canary);
  const because = admitted < places ? quotaLacks(needed) : gpusLack(needed, outlook);
  return { rollingUpdate, because: replicas === 1 && running > 0 ? `${because}; ${AWAY}` : because };
}

const isDeployment = (object: KubeObject): boolean => object.kind === RESOURCES.Deployment.kind;

const liveOf = (object: KubeObject, inventory: Inventory): KubeObject | undefined =>
  inventory.members.find((member) => keyOf(refOf(member)) === keyOf(refOf(object)));

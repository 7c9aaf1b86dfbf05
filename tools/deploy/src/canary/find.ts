import { LABEL_INSTANCE, ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { equalJson, type KubeObject, type LiveDeployment, RESOURCES } from '../kube/index.ts';
import { hashOf } from '../plan/index.ts';
import type { Release } from '../release/index.ts';
import { readRevision } from '../revisions/index.ts';
import { type Canary, mainDeployment } from './canary.ts';
import { canaryName, markOf } from './names.ts';
import { routedWeight, sendsToCanary, trafficModeOf } from './traffic.ts';
import { podsHash, templateOf } from './twin.ts';

/** Whether a release goes through a canary, and if the spec asks for one in vain, why. */
export type Choice =
  | { readonly choice: 'canary'; readonly canary: Canary }
  | { readonly choice: 'rolling' }
  | { readonly choice: 'rolling'; readonly because: string };

/** Decides how a release is rolled out, by what is live. A canary needs a proved version beside it, and pods that differ. */
export async function chooseRollout(cluster: Cluster, release: Release, inventory: Inventory): Promise<Choice> {
  if (!release.canary) return { choice: 'rolling' };
  const { service, environment } = release;
  const { proved } = inventory.books;
  const place = { service, namespace: environment.namespace };
  const stable = proved && (await readRevision(cluster, place, proved.revision));
  const live = liveDeployment(inventory, service);
  if (!live) return { choice: 'rolling' };
  if (!stable) return { choice: 'rolling', because: 'there is no proved version beside which a canary could run' };
  if (!haveOtherPods(release, stable.objects, live)) return { choice: 'rolling' };
  const stableReplicas = replicasOf(live);
  if (stableReplicas === 0) return { choice: 'rolling', because: `no pod of revision ${stable.revision} runs` };
  const found = liveDeployment(inventory, canaryName(service));
  if (!found) await expectFreeName(cluster, release);
  const isLeaving = found?.metadata.deletionTimestamp !== undefined;
  const mark = found && !isLeaving ? markOf(found) : undefined;
  const { steps, maxErrorRate } = release.canary;
  const sends = sendsToCanary(service, inventory.members);
  const known =
    routedWeight(service, inventory.members) ?? (typeof mark?.step === 'number' ? steps[mark.step]?.weight : steps.at(-1)?.weight) ?? 1;
  const canary: Canary = {
    release,
    hash: podsHash(service, release.objects),
    steps,
    maxErrorRate,
    stable,
    stableReplicas,
    mode: trafficModeOf(service, inventory.members),
    isLeaving,
    foundWeight: sends ? known : 0,
    foundPods: (found as LiveDeployment | undefined)?.status?.replicas ?? 0,
    ...(mark ? { found: mark } : {}),
  };
  return { choice: 'canary', canary };
}

/** A deploy that was killed after it had promoted finds its pods in the service already. */
function haveOtherPods(release: Release, stable: readonly KubeObject[], live: KubeObject): boolean {
  const { service, objects } = release;
  if (equalJson(templateOf(service, objects), templateOf(service, stable))) return false;
  const wanted = mainDeployment(release);
  return !wanted || hashOf(wanted) !== hashOf(live);
}

function liveDeployment(inventory: Inventory, name: string): KubeObject | undefined {
  return inventory.members.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name);
}

const replicasOf = (deployment: KubeObject): number => (deployment.spec as { replicas?: number }).replicas ?? 1;

/** Another service may bear the name that a canary would take. */
async function expectFreeName(cluster: Cluster, { service, environment }: Release): Promise<void> {
  const name = canaryName(service);
  const { namespace } = environment;
  for (const { apiVersion, kind } of [RESOURCES.Deployment, RESOURCES.Service]) {
    const live = await cluster.read({ apiVersion, kind, name, namespace });
    if (!live || live.metadata.labels?.[LABEL_INSTANCE] === service) continue;
    const problem = {
      code: 'name-taken',
      where: `${kind.toLowerCase()}/${name} in ns/${namespace}`,
      what: `the canary of ${service} would bear this name, and it belongs to another`,
      remedy: 'give one of the two another name, or set deploy.rollout.canary.enabled: false',
    };
    throw new ProblemError([problem], 'preflight');
  }
}

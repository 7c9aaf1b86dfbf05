import { type Problem, ProblemError } from '@modelyard/core';
import { digestOf } from '@modelyard/image';
import type { Cluster } from './cluster/index.ts';
import type { DeployRequest } from './deploy-request.ts';
import { applySetOf, type Inventory, readBooks } from './inventory/index.ts';
import { type LiveDeployment, RESOURCES } from './kube/index.ts';
import { isLive, readStanding } from './release/index.ts';
import { releaseOfRevision } from './release-of-revision.ts';
import { readRevision, type StoredRevision } from './revisions/index.ts';
import { accessTo, type Target } from './target.ts';
import type { World } from './world.ts';

/** A service that goes on from one environment to the next. */
export interface Promotion {
  readonly from: Target;
  /** The deploy, but for the image: that is the one which is live and proved in `from`. */
  readonly to: Omit<DeployRequest, 'image'>;
}

/** The deploy of exactly that image, by digest, which is live and proved where the promotion comes from; a ProblemError when none is. */
export async function promotedRequest({ from, to }: Promotion, world: Pick<World, 'connect' | 'report'>): Promise<DeployRequest> {
  const { service } = to;
  if (from.environment.name === to.environment.name)
    throw refused(from, 'same-environment', 'it is promoted to where it comes from', 'name two environments of modelyard.yaml');
  const stored = await readProved(from, world);
  const { image, imageId, commit, modelSha, revision } = stored;
  if (!digestOf(image))
    throw refused(from, 'no-digest', `its image ${image} has no digest, so another one may stand under that name`, NEEDS_DIGEST);
  world.report({ type: 'promoting', service, from: from.environment.name, revision, image });
  const { modelLock, ...rest } = to;
  const isSameModel = modelLock !== undefined && modelLock.modelSha === modelSha;
  // Of another model than the one in this folder nothing but its hash is known.
  const proof = isSameModel ? modelLock : modelSha && { modelSha, golden: { rows: [], tolerance: 0 } };
  return {
    ...rest,
    image: { ref: image, ...(imageId ? { id: imageId } : {}), ...(commit ? { commit } : {}) },
    ...(proof ? { modelLock: proof } : {}),
  };
}

const NEEDS_DIGEST = 'deploy a pushed image there ("docker-push" records its digest), then promote it';

/** The last proved revision, when that is what runs, whole and ready. */
async function readProved(from: Target, world: Pick<World, 'connect'>): Promise<StoredRevision> {
  const cluster = await world.connect(accessTo(from));
  try {
    const stored = await readLastProved(cluster, from);
    const release = await releaseOfRevision(cluster, stored, from);
    const inventory = await readStanding(cluster, release);
    if (!isLive(inventory, release)) {
      const what = `revision ${stored.revision} was proved, but what runs is no longer that: a deploy is under way or failed, or objects were edited`;
      throw refused(from, 'not-proved', what, 'deploy it there again, so that it is proved');
    }
    expectReady(from, inventory);
    return stored;
  } finally {
    await cluster.close();
  }
}

async function readLastProved(cluster: Cluster, from: Target): Promise<StoredRevision> {
  const { service, environment } = from;
  const { namespace } = environment;
  const parent = await cluster.read({
    apiVersion: 'v1',
    kind: RESOURCES.ConfigMap.kind,
    name: applySetOf(service, namespace).parent,
    namespace,
  });
  const { proved } = readBooks(parent);
  const stored = proved && (await readRevision(cluster, { service, namespace }, proved.revision));
  if (stored) return stored;
  throw refused(
    from,
    'not-proved',
    'nothing of it was proved there',
    `deploy it there first: "npx modelyard deploy ${service} -e ${environment.name}"`,
  );
}

function expectReady(from: Target, inventory: Inventory): void {
  const live = inventory.members.find((member) => member.kind === RESOURCES.Deployment.kind) as LiveDeployment | undefined;
  const wanted = live?.spec.replicas ?? 1;
  const { updatedReplicas = 0, availableReplicas = 0, observedGeneration } = live?.status ?? {};
  const isSeen = observedGeneration === live?.metadata.generation;
  if (isSeen && wanted > 0 && updatedReplicas >= wanted && availableReplicas >= wanted) return;
  const what = wanted === 0 ? 'no pod of it runs there' : `${Math.min(updatedReplicas, availableReplicas)}/${wanted} pods are ready there`;
  throw refused(from, 'not-ready', what, `look why: "npx modelyard status ${from.service} -e ${from.environment.name}"`);
}

function refused({ service, environment }: Target, code: string, what: string, remedy: string): ProblemError {
  const problem: Problem = { code, where: `${service} in ${environment.name} (ns/${environment.namespace})`, what, remedy };
  return new ProblemError([problem], code === 'same-environment' ? 'input' : 'preflight');
}

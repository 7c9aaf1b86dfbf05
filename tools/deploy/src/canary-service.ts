import { type Problem, ProblemError } from '@modelyard/core';
import {
  canaryName,
  type Mark,
  markOf,
  ORDER_MANAGER,
  type Order,
  orderAnnotations,
  podsHash,
  readCanaryDeployment,
  waitUntilCanaryGone,
} from './canary/index.ts';
import { stateOfCanary } from './canary-state.ts';
import type { CanaryStatus } from './canary-status.ts';
import type { Cluster } from './cluster/index.ts';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { type LiveDeployment, RESOURCES } from './kube/index.ts';
import { pinImage } from './pin-image.ts';
import { releaseOf } from './release-of.ts';
import { listRevisions } from './revisions/index.ts';
import { type RollbackRequest, rollbackService } from './rollback.ts';
import { accessTo, expectConfirmed, type Target } from './target.ts';
import type { World } from './world.ts';

/** Reads how far the canary of a service is. */
export function readCanary(target: Target, world: Pick<World, 'connect'>): Promise<CanaryStatus> {
  const { service, environment } = target;
  const { namespace } = environment;
  return connected(target, world, async (cluster) => {
    const [canary, stable] = await Promise.all([readCanaryDeployment(cluster, placeOf(target)), readStable(cluster, target)]);
    if (!canary) return { service, namespace };
    return { service, namespace, canary: await stateOfCanary(cluster, placeOf(target), canary, stable) };
  });
}

/** Skips the steps that are left: tells it to the deploy that runs, or carries the deploy on. The canary's pods are proved all the same. */
export async function promoteCanary(asked: DeployRequest, world: World): Promise<void> {
  await expectConfirmed(asked, asked.yes, 'the promotion of a canary', world);
  // The pods of the canary name their image by the digest that its deploy was told.
  const request = { ...(await pinImage(asked, world, (note) => world.report({ type: 'noted', ...note }))), yes: true };
  const release = releaseOf(request);
  const mark = await giveOrder(request, 'promote', world, (found) => {
    if (found === podsHash(request.service, release.objects)) return;
    throw problem(request, {
      code: 'other-canary',
      what: `the canary runs other pods than those that this workspace would deploy (${request.image.ref})`,
      remedy: 'take the image with --image and the spec that it was deployed with, or abort it',
    });
  });
  await orLeaveTo(request, 'promote', mark, world, () => deployService(request, world));
}

/** Ends a canary: tells it to the deploy that runs, or brings the version that serves back to all requests. */
export async function abortCanary(request: Omit<RollbackRequest, 'to'>, world: World): Promise<void> {
  await expectConfirmed(request, request.yes, 'the abort of a canary', world);
  // Until the lock is ours, whoever has it may obey, or promote. What is meant is the version that serves now, and it is recorded before a canary goes.
  const [serving] = await connected(request, world, (cluster) => listRevisions(cluster, placeOf(request)));
  const mark = await giveOrder(request, 'abort', world, () => undefined);
  await orLeaveTo(request, 'abort', mark, world, async () => {
    await rollbackService({ ...request, yes: true, ...(serving ? { to: serving.revision } : {}) }, world);
    await connected(request, world, (cluster) => waitUntilCanaryGone(cluster, placeOf(request), world));
  });
}

/** The order stays in the cluster, so that whoever deploys finds it. Tells how far the canary is. */
function giveOrder(target: Target, order: Order, world: World, expectRelease: (release: string) => void): Promise<Mark> {
  return connected(target, world, async (cluster) => {
    const canary = await readCanaryDeployment(cluster, placeOf(target));
    if (!canary) {
      throw problem(target, {
        code: 'no-canary',
        what: 'no canary is under way',
        remedy: 'a deploy starts one when deploy.rollout.canary is set',
      });
    }
    const mark = markOf(canary);
    const { release } = mark;
    expectRelease(release);
    const { apiVersion, kind, metadata } = canary;
    const { name, namespace } = metadata;
    const annotations = orderAnnotations(order, release);
    await cluster.apply(
      { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), annotations } },
      { manager: ORDER_MANAGER, force: true },
    );
    return mark;
  });
}

/** Another deploy holds the lock: it has the order, and obeys at its next look. Once the service takes the pods, it looks for no order any more. */
async function orLeaveTo(target: Target, order: Order, { step }: Mark, world: World, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const isLocked = error instanceof ProblemError && error.problems.every(({ code }) => code === 'locked');
    if (!isLocked || (order === 'abort' && step === 'promoting')) throw error;
    world.report({ type: 'canary-ordered', order, service: target.service });
  }
}

async function connected<T>(target: Target, world: Pick<World, 'connect'>, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await world.connect(accessTo(target));
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

async function readStable(cluster: Cluster, { service: name, environment: { namespace } }: Target): Promise<LiveDeployment | undefined> {
  const { apiVersion, kind } = RESOURCES.Deployment;
  return (await cluster.read({ apiVersion, kind, name, namespace })) as LiveDeployment | undefined;
}

const placeOf = ({ service, environment: { namespace } }: Target) => ({ service, namespace });

function problem(target: Target, fault: Omit<Problem, 'where'>): ProblemError {
  return new ProblemError([{ ...fault, where: `${canaryName(target.service)} in ns/${target.environment.namespace}` }], 'input');
}

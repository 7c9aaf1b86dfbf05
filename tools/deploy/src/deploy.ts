import { SERVICE_PORT, type ServiceSpec } from '@modelyard/core';
import type { ImageRecord } from '@modelyard/image';
import type { Cluster } from './cluster/index.ts';
import { describeObject, type KubeObject, type LivePod, refOf } from './kube/index.ts';
import { progressDeadlineFor, renderManifests, renderNamespace } from './manifests/index.ts';
import type { ModelLock } from './model-lock.ts';
import { namespaceExists } from './namespace.ts';
import { applyPlan, type Change, compareWithLive, type Plan, planChanges } from './plan/index.ts';
import { accessTo, expectConfirmed, type Target } from './target.ts';
import { verifyPods } from './verify.ts';
import { waitUntilReady } from './wait.ts';
import type { World } from './world.ts';

export interface DeployRequest extends Target {
  /** The spec as it holds in the target's environment. */
  readonly spec: ServiceSpec;
  /** The image; `id` and `commit` are absent when it was only named. */
  readonly image: DeployImage;
  /** Absent when the service was never trained here; its predictions are then not verified. */
  readonly modelLock?: ModelLock;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Left out, it follows from the model's load budget. */
  readonly timeoutSeconds?: number;
}

export type DeployImage = Pick<ImageRecord, 'ref'> & Partial<Pick<ImageRecord, 'id' | 'commit'>>;

export interface DeployWorld extends World {
  /** Brings an image of this machine into the cluster; needed where the environment's delivery is "load". */
  deliver?(image: string, context: string): Promise<void>;
}

export type DeployOutcome =
  | { readonly outcome: 'planned'; readonly plan: Plan }
  | {
      readonly outcome: 'deployed';
      readonly plan: Plan;
      readonly pods: readonly string[];
      readonly verifiedRows: number;
      readonly seconds: number;
    };

/** Brings one service to its spec and proves it; a ProblemError tells the cause when it cannot. */
export async function deployService(request: DeployRequest, world: DeployWorld): Promise<DeployOutcome> {
  if (!request.dryRun) expectConfirmed(request, request.yes, 'a deploy');
  const startedMs = world.clock.nowMs();
  const cluster = await world.connect(accessTo(request));
  try {
    reportStart(request, world);
    const desired = renderManifests(request.spec, renderRequest(request));
    const plan = await planAgainst(cluster, desired, request);
    world.report({ type: 'planned', plan, dryRun: request.dryRun });
    if (request.dryRun) return { outcome: 'planned', plan };
    await deliverImage(request, plan, world);
    await applyPlan(cluster, plan, (change) => reportApplied(change, world));
    const pods = await waitUntilReady(cluster, waitRequest(request), world);
    world.report({ type: 'ready', pods: pods.map((pod) => pod.metadata.name), seconds: secondsSince(startedMs, world) });
    const verifiedRows = await verify(cluster, pods, request, world);
    const seconds = secondsSince(startedMs, world);
    world.report({ type: 'deployed', service: request.service, namespace: request.environment.namespace, port: SERVICE_PORT, seconds });
    return { outcome: 'deployed', plan, pods: pods.map((pod) => pod.metadata.name), verifiedRows, seconds };
  } finally {
    await cluster.close();
  }
}

/** In a namespace that is still to be created nothing can be compared: all is to be created. */
async function planAgainst(cluster: Cluster, desired: readonly KubeObject[], request: DeployRequest): Promise<Plan> {
  const { environment } = request;
  if (await namespaceExists(cluster, environment)) return planChanges(await compareWithLive(cluster, desired));
  return planChanges([renderNamespace(environment.namespace), ...desired].map((object) => ({ desired: object })));
}

/** Pods that stay as they are have their image already. */
async function deliverImage(request: DeployRequest, plan: Plan, world: DeployWorld): Promise<void> {
  const startsPods = plan.changes.some((change) => change.object.kind === 'Deployment' && change.action !== 'keep');
  if (request.environment.delivery !== 'load' || !world.deliver || !startsPods) return;
  world.report({ type: 'delivering', image: request.image.ref });
  await world.deliver(request.image.ref, request.environment.context);
}

async function verify(cluster: Cluster, pods: readonly LivePod[], request: DeployRequest, world: DeployWorld): Promise<number> {
  const { modelLock: lock, environment, spec } = request;
  if (!lock || pods.length === 0) {
    world.report({
      type: 'not-verified',
      because: lock ? 'no pod runs (deploy.replicas is 0)' : 'there is no model.lock.json with golden rows',
    });
    return 0;
  }
  await verifyPods(cluster, pods, { namespace: environment.namespace, port: spec.serve.port, lock }, world.clock);
  world.report({ type: 'verified', pods: pods.length, rows: lock.golden.rows.length });
  return lock.golden.rows.length;
}

/** What rendering needs, taken from a deploy's request. */
export function renderRequest(request: Pick<DeployRequest, 'environment' | 'image' | 'modelLock'>) {
  const { environment, image, modelLock } = request;
  return {
    namespace: environment.namespace,
    environment: environment.name,
    image: image.ref,
    ...(image.id ? { imageId: image.id } : {}),
    ...(image.commit ? { commit: image.commit } : {}),
    ...(modelLock ? { modelSha: modelLock.modelSha } : {}),
  };
}

/** The controller's own deadline comes first, so that its verdict is shown rather than ours. */
const DEADLINE_MARGIN_SECONDS = 15;

function waitRequest(request: DeployRequest) {
  const { spec, service, environment } = request;
  const timeoutSeconds = request.timeoutSeconds ?? progressDeadlineFor(spec.model.loadBudgetSeconds) + DEADLINE_MARGIN_SECONDS;
  return { namespace: environment.namespace, name: service, port: spec.serve.port, timeoutSeconds };
}

function reportStart(request: DeployRequest, world: DeployWorld): void {
  const { service, environment, image } = request;
  const { name, context, namespace } = environment;
  world.report({ type: 'started', service, environment: name, context, namespace, image: image.ref });
}

function reportApplied(change: Change, world: DeployWorld): void {
  if (change.action === 'keep') return;
  world.report({ type: 'applied', object: describeObject(refOf(change.object)), action: change.action });
}

const secondsSince = (startedMs: number, world: DeployWorld): number => (world.clock.nowMs() - startedMs) / 1000;

import { HEALTH_PATH, ProblemError } from '@modelyard/core';
import { READ_STATUS, readGrowth, type Wanted } from './autoscaler/index.ts';
import type { Cluster } from './cluster/index.ts';
import { type KubeNode, type KubeObject, type LiveEvent, type LivePod, RESOURCES } from './kube/index.ts';
import { modelContainer } from './model-container.ts';
import { type HealthAnswer, newPods, newReplicaSet, probeEvent, type Rollout } from './readiness/index.ts';
import type { Seen } from './rollout-watch.ts';
import type { World } from './world.ts';

const HEALTH_PAUSE_MS = 1_000;
const HEALTH_TIMEOUT_SECONDS = 5;
/** A cause is told within five seconds, of which its log may take three. */
const CATCH_UP_MS = 1_500;
/** What is younger than the watches, give or take the step of the server's clock, is told by them. */
const WATCHED_MS = -2_000;
/** Pods that are asked, and whose past is read; the first tell as much as all. */
const ASKED_PODS = 3;

export interface Surroundings {
  /** The rollout with what is known beside the watches; asks for what is missing and does not wait for it. */
  join(seen: Seen): Rollout;
  /** Resolves when something more is known. */
  learned(): Promise<void>;
  /** Resolves when all is answered that was asked, or has taken too long. */
  caughtUp(): Promise<void>;
}

/**
 * What watches do not tell: what /health of a pod with a failing probe says, what the nodes have, and what happened before the
 * watches began. A question that is not answered must not keep the wait from its deadline.
 */
export function lookAround(cluster: Cluster, place: { readonly namespace: string; readonly port: number }, world: World): Surroundings {
  const health = new Map<string, HealthAnswer>();
  const beganMs = cluster.serverNowMs();
  const isOlder = (object: KubeObject) => !(Date.parse(object.metadata.creationTimestamp ?? '') - beganMs > WATCHED_MS);
  const past = new Map<string, readonly LiveEvent[]>();
  let growth: readonly string[] | undefined;
  let nodes: readonly KubeNode[] | undefined;
  let bell = Promise.withResolvers<void>();
  const asked = new Set<string>();
  const open = new Set<Promise<void>>();
  const learn = (question: Promise<unknown>): void => {
    const ring = (error?: unknown): void => {
      open.delete(answered);
      if (error === undefined) bell.resolve();
      else bell.reject(error);
      bell = Promise.withResolvers<void>();
    };
    const answered = question.catch(ignoreProblem).then(() => ring(), ring);
    open.add(answered);
  };
  const once = (key: string, ask: () => Promise<unknown>): void => {
    if (asked.has(key)) return;
    asked.add(key);
    learn(ask());
  };
  let healthMs = Number.NEGATIVE_INFINITY;
  const askHealthOf = (ailing: readonly LivePod[]): void => {
    if (ailing.length === 0 || world.clock.nowMs() - healthMs < HEALTH_PAUSE_MS) return;
    healthMs = world.clock.nowMs();
    for (const pod of ailing) learn(askHealth(cluster, place, pod, health));
  };
  return {
    join: (seen) => {
      const rollout: Rollout = {
        ...seen,
        events: joinEvents(seen.events, past),
        health,
        ...(nodes ? { nodes } : {}),
        ...(growth ? { growth } : {}),
      };
      const unready = newPods(rollout).filter((pod) => !isReady(pod));
      for (const object of [...unready.slice(0, ASKED_PODS), newReplicaSet(rollout)].filter((one) => one !== undefined).filter(isOlder))
        once(`past ${object.metadata.uid}`, async () => {
          past.set(object.metadata.name, await readPast(cluster, object));
        });
      const homeless = unready.find(isUnschedulable);
      if (homeless) {
        once('nodes', async () => {
          nodes = await readNodes(cluster);
        });
        once('growth', async () => {
          const { pools, missing } = await readGrowth(cluster, wantedBy(homeless));
          growth = pools.length > 0 || !missing.includes(READ_STATUS) ? pools : undefined;
        });
      }
      askHealthOf(unready.filter((pod) => isRunning(pod) && probeEvent(pod, rollout)).slice(0, ASKED_PODS));
      return rollout;
    },
    learned: () => bell.promise,
    caughtUp: async () => {
      const late = new AbortController();
      await Promise.race([Promise.allSettled(open), world.clock.sleep(CATCH_UP_MS, late.signal)]);
      late.abort();
    },
  };
}

async function askHealth(
  cluster: Cluster,
  { namespace, port }: { readonly namespace: string; readonly port: number },
  pod: LivePod,
  health: Map<string, HealthAnswer>,
): Promise<void> {
  const question = { method: 'GET', path: HEALTH_PATH, port, timeoutSeconds: HEALTH_TIMEOUT_SECONDS } as const;
  const answer = await cluster.askPod({ namespace, name: pod.metadata.name }, question);
  if (answer.reached) health.set(pod.metadata.name, { status: answer.status, text: answer.text });
}

/** Reading nodes is a right that many deployers lack; the message is then shorter. */
async function readNodes(cluster: Cluster): Promise<readonly KubeNode[]> {
  return (await cluster.list({ resource: RESOURCES.Node })) as readonly KubeObject[] as readonly KubeNode[];
}

/** What a pod asks for that not every node has. */
function wantedBy({ spec = {} }: LivePod): Wanted {
  const requests = Object.entries(modelContainer(spec.containers)?.resources?.requests ?? {});
  const [resource = '', amount = '0'] = requests.find(([name]) => name.includes('/')) ?? [];
  return { pod: spec, resource, perPod: Number(amount) };
}

/** What happened to an object that was there before the watches began. */
async function readPast(cluster: Cluster, object: KubeObject): Promise<readonly LiveEvent[]> {
  const { namespace = '', uid } = object.metadata;
  const events = await cluster.list({ resource: RESOURCES.Event, namespace, fieldSelector: `involvedObject.uid=${uid}` });
  return (events as LiveEvent[]).filter((event) => event.involvedObject.uid === uid);
}

/** The past and the present tell some events twice; of an event that was counted on, the present is right. */
function joinEvents(present: readonly LiveEvent[], past: ReadonlyMap<string, readonly LiveEvent[]>): readonly LiveEvent[] {
  const all = [...[...past.values()].flat(), ...present];
  return [...new Map(all.map((event) => [event.metadata.name, event])).values()];
}

function ignoreProblem(error: unknown): void {
  if (!(error instanceof ProblemError)) throw error;
}

const isReady = (pod: LivePod): boolean => pod.status?.containerStatuses?.every((one) => one.ready) ?? false;
const isRunning = (pod: LivePod): boolean => pod.status?.containerStatuses?.some((one) => one.state?.running && !one.ready) ?? false;
const isUnschedulable = (pod: LivePod): boolean =>
  pod.status?.conditions?.some((one) => one.type === 'PodScheduled' && one.reason === 'Unschedulable') ?? false;

import { type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { type LivePod, RESOURCES } from '../kube/index.ts';
import { judgeRollout, type Rollout } from '../readiness/index.ts';
import { verifyPods } from '../verify.ts';
import { type Begun, waitUntilReady } from '../wait.ts';
import type { World } from '../world.ts';
import type { Release } from './release.ts';

/** Where pods come and go all the time, those that were proved are enough. */
const TURNS = 3;

/** A release that runs as it should. */
export interface Proof {
  readonly pods: readonly string[];
  readonly verifiedRows: number;
}

/** What is known of a rollout beforehand. */
export interface Known extends Begun {
  /** How it stood a moment ago; one that was ready is not waited for. */
  readonly rollout?: Rollout;
}

/** Waits until the release is ready and asks its pods for their golden predictions; a ProblemError tells why it is not so. */
export async function proveRelease(cluster: Cluster, release: Release, world: World, { rollout, ...begun }: Known = {}): Promise<Proof> {
  const startedMs = world.clock.nowMs();
  const { service: name, environment, port, timeoutSeconds, isTimeOfStep } = release;
  const readiness = rollout && judgeRollout(rollout, new Map(), startedMs);
  const wait = { namespace: environment.namespace, name, port, timeoutSeconds, isTimeOfStep };
  const findReady = (known: Begun) => waitUntilReady(cluster, wait, world, known);
  const live = readiness?.state === 'ready' ? readiness.pods : await findReady(begun);
  world.report({ type: 'ready', pods: live.map(nameOf), seconds: (world.clock.nowMs() - startedMs) / 1000 });
  const { proof: lock } = release;
  if (!lock || live.length === 0) {
    const because = live.length === 0 ? whyNoPod(release) : 'there is no model.lock.json with golden rows';
    world.report({ type: 'not-verified', because });
    return { pods: live.map(nameOf), verifiedRows: 0 };
  }
  const ask = (pods: readonly LivePod[]) => verifyPods(cluster, pods, { namespace: environment.namespace, port, lock }, world.clock);
  const proved = await proveAll(live, ask, () => findReady(begun.watch ? { watch: begun.watch } : {}));
  if (proved.length === 0) throw new ProblemError([podsLeave(release)], 'rollout');
  world.report({ type: 'verified', pods: proved.length, rows: lock.golden.rows.length });
  return { pods: proved.map(nameOf), verifiedRows: lock.golden.rows.length };
}

/** The pods that were proved. For those that left meanwhile others come, which are proved, too. */
async function proveAll(
  live: readonly LivePod[],
  ask: (pods: readonly LivePod[]) => Promise<LivePod[]>,
  findReady: () => Promise<readonly LivePod[]>,
): Promise<readonly LivePod[]> {
  const proved = await ask(live);
  for (let pods = live, turn = 1; proved.length < pods.length && turn < TURNS; turn++) {
    const known = new Set(proved.map((pod) => pod.metadata.uid));
    pods = await findReady();
    proved.push(...(await ask(pods.filter((pod) => !known.has(pod.metadata.uid)))));
  }
  return proved;
}

const nameOf = (pod: LivePod): string => pod.metadata.name;

/** An autoscaler sleeps for as long as there are no pods. */
const whyNoPod = ({ objects, service, environment }: Release): string =>
  objects.some(({ kind }) => kind === RESOURCES.HorizontalPodAutoscaler.kind)
    ? `no pod runs: it was scaled to 0, where its autoscaler leaves it; "kubectl -n ${environment.namespace} scale deployment ${service} --replicas=1" wakes it`
    : 'no pod runs (deploy.replicas is 0)';

const podsLeave = ({ service, environment }: Release): Problem => ({
  code: 'pods-leave',
  where: `${service} in ns/${environment.namespace}`,
  what: 'its pods were ready, and were deleted before they could be asked for their golden predictions',
  remedy: 'see who deletes them, "kubectl get events": a drain, an autoscaler or a spot node; then deploy again',
});

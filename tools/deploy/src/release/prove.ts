import type { Cluster } from '../cluster/index.ts';
import type { LivePod } from '../kube/index.ts';
import { judgeRollout, type Rollout } from '../readiness/index.ts';
import type { RolloutWatch } from '../rollout-watch.ts';
import { verifyPods } from '../verify.ts';
import { waitUntilReady } from '../wait.ts';
import type { World } from '../world.ts';
import type { Release } from './release.ts';

/** A release that runs as it should. */
export interface Proof {
  readonly pods: readonly string[];
  readonly verifiedRows: number;
}

/** What is known of a rollout beforehand. */
export interface Known {
  /** How it stood a moment ago; one that was ready is not waited for. */
  readonly rollout?: Rollout;
  /** A watch that has begun already. */
  readonly watch?: RolloutWatch;
}

/** Waits until the release is ready and asks its pods for their golden predictions; a ProblemError tells why it is not so. */
export async function proveRelease(cluster: Cluster, release: Release, world: World, { rollout, watch }: Known = {}): Promise<Proof> {
  const startedMs = world.clock.nowMs();
  const { service: name, environment, port, timeoutSeconds } = release;
  const readiness = rollout && judgeRollout(rollout, new Map(), startedMs);
  const live =
    readiness?.state === 'ready'
      ? readiness.pods
      : await waitUntilReady(cluster, { namespace: environment.namespace, name, port, timeoutSeconds }, world, watch);
  const pods = live.map((pod) => pod.metadata.name);
  world.report({ type: 'ready', pods, seconds: (world.clock.nowMs() - startedMs) / 1000 });
  return { pods, verifiedRows: await verify(cluster, live, release, world) };
}

async function verify(cluster: Cluster, pods: readonly LivePod[], release: Release, world: World): Promise<number> {
  const { proof: lock, environment, port } = release;
  if (!lock || pods.length === 0) {
    const because = lock ? 'no pod runs (deploy.replicas is 0)' : 'there is no model.lock.json with golden rows';
    world.report({ type: 'not-verified', because });
    return 0;
  }
  await verifyPods(cluster, pods, { namespace: environment.namespace, port, lock }, world.clock);
  world.report({ type: 'verified', pods: pods.length, rows: lock.golden.rows.length });
  return lock.golden.rows.length;
}

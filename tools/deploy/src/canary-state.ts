import { isServing, listCanaryPods, markOf, podShare, readTraffic, routedWeight, sendsToCanary } from './canary/index.ts';
import type { CanaryState } from './canary-status.ts';
import type { Cluster } from './cluster/index.ts';
import type { LiveDeployment } from './kube/index.ts';
import { modelContainer } from './model-container.ts';
import { appliedAt } from './plan/index.ts';

/** How far a canary is whose Deployment was read, beside the one that serves. */
export async function stateOfCanary(
  cluster: Cluster,
  place: { readonly service: string; readonly namespace: string },
  canary: LiveDeployment,
  stable: LiveDeployment | undefined,
): Promise<CanaryState> {
  const [all, live] = await Promise.all([listCanaryPods(cluster, place), readTraffic(cluster, place)]);
  const { step, order } = markOf(canary);
  const ready = all.filter(isServing).length;
  const byPods = podShare(ready, stable?.status?.readyReplicas ?? 0);
  return {
    image: imageOf(canary),
    stableImage: stable ? imageOf(stable) : '',
    step: step === 'promoting' ? step : step + 1,
    share: sendsToCanary(place.service, live) ? (routedWeight(place.service, live) ?? byPods) : 0,
    pods: canary.spec.replicas ?? 1,
    ready,
    // Each step changes the Deployment, and nothing else of ours does.
    since: appliedAt(canary) ?? canary.metadata.creationTimestamp ?? '',
    ...(order ? { order } : {}),
  };
}

const imageOf = (deployment: LiveDeployment): string => modelContainer(deployment.spec.template?.spec?.containers)?.image ?? '';

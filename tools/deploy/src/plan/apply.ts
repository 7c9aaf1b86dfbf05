import type { Cluster } from '../cluster/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { settleAll } from '../settle.ts';
import { HANDOVER_MANAGER } from './ownership.ts';
import type { Change, Plan } from './plan.ts';
import { firstReplicas, handoverObject, REPLICAS } from './replicas.ts';

/** What each stage needs is there when it starts; within a stage, objects do not wait for each other. */
const STAGES: Readonly<Record<string, number>> = {
  Namespace: 0,
  Deployment: 2,
  // What leads requests and looks to the pods, and what changes their number, comes after them.
  HorizontalPodAutoscaler: 3,
  HTTPRoute: 3,
  Ingress: 3,
  ServiceMonitor: 3,
};
const MIDDLE_STAGE = 1;

/**
 * Applies what the plan creates and updates, stage by stage, and hands over what the server then holds of each. All failures of a stage are told
 * together. Once the signal is aborted, no further stage begins; false tells that some was left out.
 */
export async function applyPlan(
  cluster: Cluster,
  plan: Plan,
  onApplied: (change: Change, applied: KubeObject) => void,
  signal?: AbortSignal,
): Promise<boolean> {
  for (const stage of stagesOf(plan)) {
    if (signal?.aborted) return false;
    await settleAll(
      stage.map(async (change) => {
        onApplied(change, await applyOne(cluster, change, plan));
      }),
    );
  }
  return true;
}

async function applyOne(cluster: Cluster, change: Change, plan: Plan): Promise<KubeObject> {
  if (change.action !== 'update') return createOne(cluster, change.object, plan);
  const { object, fields, handsOver, repairs = [] } = change;
  // A number that changes on the way is taken from ourselves.
  const force = fields.includes(REPLICAS);
  if (handsOver !== undefined) await cluster.apply(handoverObject(object, handsOver), { manager: HANDOVER_MANAGER, force });
  return cluster.apply(object, { force: repairs.length > 0 });
}

/** An object that is autoscaled begins with the fewest replicas, which belong to nobody for long: the autoscaler takes them over. */
async function createOne(cluster: Cluster, object: KubeObject, plan: Plan): Promise<KubeObject> {
  const created = await cluster.apply(object);
  const replicas = firstReplicas(
    object,
    plan.changes.map((change) => change.object),
  );
  return replicas === undefined ? created : cluster.apply(handoverObject(object, replicas), { manager: HANDOVER_MANAGER });
}

function stagesOf(plan: Plan): Change[][] {
  const changed = plan.changes.filter((change) => change.action === 'create' || change.action === 'update');
  const byStage = Map.groupBy(changed, (change) => STAGES[change.object.kind] ?? MIDDLE_STAGE);
  return [...byStage].sort(([a], [b]) => a - b).map(([, stage]) => stage);
}

import type { Cluster } from '../cluster/index.ts';
import { settleAll } from '../settle.ts';
import type { Change, Plan } from './plan.ts';

/** What each stage needs is there when it starts; within a stage, objects do not wait for each other. */
const STAGES: Readonly<Record<string, number>> = { Namespace: 0, Deployment: 2 };
const MIDDLE_STAGE = 1;

/** Applies what the plan creates and updates, stage by stage. All failures of a stage are told together. */
export async function applyPlan(cluster: Cluster, plan: Plan, onApplied: (change: Change) => void): Promise<void> {
  for (const stage of stagesOf(plan)) {
    await settleAll(
      stage.map(async (change) => {
        await cluster.apply(change.object);
        onApplied(change);
      }),
    );
  }
}

function stagesOf(plan: Plan): Change[][] {
  const changed = plan.changes.filter((change) => change.action !== 'keep');
  const byStage = Map.groupBy(changed, (change) => STAGES[change.object.kind] ?? MIDDLE_STAGE);
  return [...byStage].sort(([a], [b]) => a - b).map(([, stage]) => stage);
}

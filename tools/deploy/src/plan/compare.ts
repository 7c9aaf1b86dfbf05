import type { Cluster } from '../cluster/index.ts';
import { type KubeObject, refOf } from '../kube/index.ts';
import { settleAll } from '../settle.ts';
import type { Comparison } from './plan.ts';

/** Reads each object and its dry run, all at once; the dry run also shows now what the server would refuse later. */
export function compareWithLive(cluster: Cluster, desired: readonly KubeObject[]): Promise<Comparison[]> {
  return settleAll(desired.map((object) => compareOne(cluster, object)));
}

async function compareOne(cluster: Cluster, object: KubeObject): Promise<Comparison> {
  const [live, applied] = await Promise.all([cluster.read(refOf(object)), cluster.dryRun(object)]);
  return { desired: object, applied, ...(live ? { live } : {}) };
}

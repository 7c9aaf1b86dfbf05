import { ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { type KubeObject, type ObjectRef, RESOURCES } from '../kube/index.ts';
import type { CanaryPlace } from './pods.ts';

/** The objects that share the requests; of a cluster without the Gateway API there is no route to read. */
export async function readTraffic(cluster: Cluster, { service: name, namespace }: CanaryPlace): Promise<KubeObject[]> {
  const refs = [RESOURCES.Service, RESOURCES.HTTPRoute].map(({ apiVersion, kind }) => ({ apiVersion, kind, name, namespace }));
  const read = (ref: ObjectRef) => cluster.read(ref).catch(passForbidden);
  return (await Promise.all(refs.map(read))).filter((object) => object !== undefined);
}

/** Who deploys a service without a route need not be allowed to read routes. */
function passForbidden(error: unknown): undefined {
  if (!(error instanceof ProblemError) || !error.problems.every(({ code }) => code === 'forbidden')) throw error;
}

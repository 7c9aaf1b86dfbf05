import { type Cluster, ifAllowed } from '../cluster/index.ts';
import { type KubeObject, type ObjectRef, RESOURCES } from '../kube/index.ts';
import type { CanaryPlace } from './pods.ts';

/** The objects that share the requests; without the Gateway API, or the right to read routes, there is no route. */
export async function readTraffic(cluster: Cluster, { service: name, namespace }: CanaryPlace): Promise<KubeObject[]> {
  const refs = [RESOURCES.Service, RESOURCES.HTTPRoute].map(({ apiVersion, kind }) => ({ apiVersion, kind, name, namespace }));
  const read = (ref: ObjectRef) => ifAllowed(cluster.read(ref));
  return (await Promise.all(refs.map(read))).filter((object) => object !== undefined);
}

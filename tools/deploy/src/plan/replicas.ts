import type { Cluster } from '../cluster/index.ts';
import { type KubeObject, keyOf, RESOURCES, refOf } from '../kube/index.ts';
import { ownsField, type TakenField } from './ownership.ts';

/** Who writes replicas for a HorizontalPodAutoscaler. */
const AUTOSCALER_MANAGER = 'kube-controller-manager';
/** The field that an autoscaler writes. */
export const REPLICAS = 'spec.replicas';

interface Autoscaler extends KubeObject {
  readonly spec?: { readonly minReplicas?: number; readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string } };
}

type Scaled = KubeObject & { readonly spec?: { readonly replicas?: number } };

/** The objects without the replicas of those that one of them autoscales: a deploy must not undo what the autoscaler chose. */
export function leaveReplicas(objects: readonly KubeObject[]): KubeObject[] {
  const autoscalers = objects.filter(isAutoscaler);
  return objects.map((object) => (autoscalers.some((one) => scales(one, object)) ? withoutReplicas(object) : object));
}

/**
 * The replicas that have to be handed over before our next apply, which says nothing of them any more. The server would else
 * find them without an owner and reset them to 1. None become the fewest: an autoscaler lets an object without pods sleep.
 */
export function handoverOf(desired: KubeObject, live: KubeObject | undefined, others: readonly KubeObject[]): number | undefined {
  const wanted = (desired as Scaled).spec;
  const replicas = (live as Scaled | undefined)?.spec?.replicas;
  const leavesThem = live !== undefined && wanted !== undefined && wanted.replicas === undefined && ownsField(live, ['spec', 'replicas']);
  if (!leavesThem) return undefined;
  return replicas === 0 ? (fewestReplicas(desired, others) ?? 0) : replicas;
}

/** The object as it is while the replicas belong to nobody yet: for a dry run before the handover. */
export function withReplicas(object: KubeObject, replicas: number): KubeObject {
  return { ...object, spec: { ...(object.spec as object), replicas } };
}

/** The least object by which another manager takes the replicas, as they are. */
export function handoverObject(object: KubeObject, replicas: number): KubeObject {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) }, spec: { replicas } };
}

/** The replicas that a new object begins with when one of the others autoscales it; undefined for one, which it has anyway. */
export function firstReplicas(object: KubeObject, others: readonly KubeObject[]): number | undefined {
  const fewest = fewestReplicas(object, others) ?? 1;
  return fewest > 1 ? fewest : undefined;
}

/** The least that the autoscaler among the others lets an object have; undefined without one. */
function fewestReplicas(object: KubeObject, others: readonly KubeObject[]): number | undefined {
  const autoscaler = others.filter(isAutoscaler).find((one) => scales(one, object));
  return autoscaler && (autoscaler.spec?.minReplicas ?? 1);
}

/** Whether what is deleted has to go before anything is applied: an autoscaler would undo the replicas that take its place. */
export const leavesFirst = (object: KubeObject): boolean => isAutoscaler(object);

/** Whether an autoscaler that is not ours, or that stays, sets the replicas that were taken from us. */
export async function isAutoscaled(
  cluster: Cluster,
  object: KubeObject,
  taken: readonly TakenField[],
  leaving: readonly KubeObject[],
): Promise<boolean> {
  if (!taken.some((one) => one.field === REPLICAS && one.manager === AUTOSCALER_MANAGER)) return false;
  const { namespace } = object.metadata;
  const gone = new Set(leaving.map((one) => keyOf(refOf(one))));
  const all = await cluster.list({ resource: RESOURCES.HorizontalPodAutoscaler, ...(namespace ? { namespace } : {}) });
  return all.some((one) => isAutoscaler(one) && scales(one, object) && !gone.has(keyOf(refOf(one))));
}

const isAutoscaler = (object: KubeObject): object is Autoscaler => object.kind === RESOURCES.HorizontalPodAutoscaler.kind;

function scales(autoscaler: Autoscaler, object: KubeObject): boolean {
  const target = autoscaler.spec?.scaleTargetRef;
  return target?.kind === object.kind && target.name === object.metadata.name;
}

function withoutReplicas(object: KubeObject): KubeObject {
  const { replicas: _left, ...spec } = (object as Scaled).spec ?? {};
  return { ...object, spec };
}

/** Metadata of any Kubernetes object, as far as we write or read it. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  readonly managedFields?: readonly ManagedFields[];
}

/** Which fields a manager owns. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

/** A Kubernetes object as raw JSON; no field is dropped on the way in or out. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** What names one object of a cluster. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** A kind, and how the API server calls it in paths. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const namespaced = (apiVersion: string, kind: string, plural: string): Resource => ({ apiVersion, kind, plural, namespaced: true });
const clusterWide = (apiVersion: string, kind: string, plural: string): Resource => ({ apiVersion, kind, plural, namespaced: false });

/** Every kind that the deploy writes or reads. */
export const RESOURCES = {
  Namespace: clusterWide('v1', 'Namespace', 'namespaces'),
  Node: clusterWide('v1', 'Node', 'nodes'),
  ServiceAccount: namespaced('v1', 'ServiceAccount', 'serviceaccounts'),
  ConfigMap: namespaced('v1', 'ConfigMap', 'configmaps'),
  Service: namespaced('v1', 'Service', 'services'),
  Deployment: namespaced('apps/v1', 'Deployment', 'deployments'),
  ReplicaSet: namespaced('apps/v1', 'ReplicaSet', 'replicasets'),
  Pod: namespaced('v1', 'Pod', 'pods'),
  Event: namespaced('v1', 'Event', 'events'),
  Secret: namespaced('v1', 'Secret', 'secrets'),
  PersistentVolumeClaim: namespaced('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  HorizontalPodAutoscaler: namespaced('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  PodDisruptionBudget: namespaced('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  NetworkPolicy: namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  Ingress: namespaced('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  Gateway: namespaced('gateway.networking.k8s.io/v1', 'Gateway', 'gateways'),
  HTTPRoute: namespaced('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
  ServiceMonitor: namespaced('monitoring.coreos.com/v1', 'ServiceMonitor', 'servicemonitors'),
  ResourceClaimTemplate: namespaced('resource.k8s.io/v1', 'ResourceClaimTemplate', 'resourceclaimtemplates'),
  Lease: namespaced('coordination.k8s.io/v1', 'Lease', 'leases'),
} as const satisfies Record<string, Resource>;

/** The resource of a kind that we know; throws on another, which is a bug. */
export function resourceOf(ref: { readonly apiVersion: string; readonly kind: string }): Resource {
  const known: Resource | undefined = RESOURCES[ref.kind as keyof typeof RESOURCES];
  if (known?.apiVersion === ref.apiVersion) return known;
  throw new Error(`no resource known for ${ref.apiVersion} ${ref.kind}`);
}

/** The resource of a kind in a group, as ApplySets write it: `Deployment.apps`, `ConfigMap`; undefined when we do not know it. */
export function resourceOfGroupKind(groupKind: string): Resource | undefined {
  return Object.values<Resource>(RESOURCES).find((resource) => groupKindOf(resource) === groupKind);
}

/** Kind and group without the version: `Deployment.apps`, `ConfigMap`. */
export function groupKindOf(ref: { readonly apiVersion: string; readonly kind: string }): string {
  const group = ref.apiVersion.includes('/') ? ref.apiVersion.split('/')[0] : '';
  return group ? `${ref.kind}.${group}` : ref.kind;
}

/** Equal for the same object of a cluster, whatever version of its kind is spoken. */
export function keyOf(ref: ObjectRef): string {
  return `${groupKindOf(ref)} ${ref.namespace ?? ''}/${ref.name}`;
}

/** The name of an object for people: `deployment/churn`. */
export function describeObject(ref: { readonly kind: string; readonly name: string }): string {
  return `${ref.kind.toLowerCase()}/${ref.name}`;
}

/** What names the given object. */
export function refOf(object: KubeObject): ObjectRef {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, name: metadata.name, ...(metadata.namespace ? { namespace: metadata.namespace } : {}) };
}

/** The object without who wrote which field: that is half of it, and tells nothing of a rollout. */
export function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _managers, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Whether the object is being deleted: what is applied to it goes with it. */
export const isLeaving = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

import { groupKindOf, type KubeObject, RESOURCES, type Resource, resourceOf } from '../kube/index.ts';
import { claimIn } from './claim.ts';
import { LOOKED_AT } from './resources.ts';

/** Verbs on one resource, or on a subresource of it. */
export interface Rights {
  readonly resource: Resource;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  /** A deploy does without, and says or knows less. */
  readonly isOptional?: boolean;
}

const WRITE = ['get', 'list', 'create', 'patch'];
const WATCH = ['get', 'list', 'watch'];

/** What a deploy reads and writes beside the objects of the service. */
const ALWAYS: readonly Rights[] = [
  // The parent of the inventory and the revisions.
  { resource: RESOURCES.ConfigMap, verbs: [...WRITE, 'delete'] },
  { resource: RESOURCES.Lease, verbs: ['get', 'list', 'create', 'update', 'delete'] },
  { resource: RESOURCES.Deployment, verbs: [...WRITE, 'watch'] },
  { resource: RESOURCES.ReplicaSet, verbs: WATCH },
  { resource: RESOURCES.Pod, verbs: WATCH },
  { resource: RESOURCES.Event, verbs: WATCH },
  { resource: RESOURCES.Pod, subresource: 'log', verbs: ['get'] },
  // Golden predictions travel through the API server.
  { resource: RESOURCES.Pod, subresource: 'proxy', verbs: ['get', 'create'] },
  { resource: RESOURCES.HorizontalPodAutoscaler, verbs: ['list'], isOptional: true },
  { resource: LOOKED_AT.ResourceQuota, verbs: ['list'], isOptional: true },
];

const LOOK_AT_CLAIM: Rights = { resource: RESOURCES.PersistentVolumeClaim, verbs: ['get'], isOptional: true };

/** What a deploy of the objects needs in their namespace; `leaving` are live objects that it deletes. */
export function rightsToDeploy(objects: readonly KubeObject[], leaving: readonly KubeObject[] = []): Rights[] {
  const written = objects.map((object) => ({ resource: resourceOf(object), verbs: WRITE }));
  const deleted = leaving.map((object) => ({ resource: resourceOf(object), verbs: ['delete'] }));
  const claims: Rights[] = objects.some((object) => claimIn(object) !== undefined) ? [LOOK_AT_CLAIM] : [];
  return mergeRights([...written, ...deleted, ...ALWAYS, ...claims]);
}

/** What it takes to deploy, roll back and destroy the objects. */
export function rightsToManage(objects: readonly KubeObject[]): Rights[] {
  return rightsToDeploy(objects, objects);
}

/** Needed where the environment's namespace is still to be made. */
export const RIGHTS_TO_CREATE_NAMESPACE: Rights = { resource: RESOURCES.Namespace, verbs: ['create', 'patch'] };

/** What preflight reads of the cluster as a whole; each is optional. */
export const RIGHTS_TO_LOOK: readonly Rights[] = [
  { resource: RESOURCES.Node, verbs: ['list'], isOptional: true },
  { resource: RESOURCES.Pod, verbs: ['list'], isOptional: true },
  { resource: LOOKED_AT.PriorityClass, verbs: ['list'], isOptional: true },
  { resource: LOOKED_AT.IngressClass, verbs: ['list'], isOptional: true },
  { resource: LOOKED_AT.RuntimeClass, verbs: ['list'], isOptional: true },
  { resource: LOOKED_AT.DeviceClass, verbs: ['list'], isOptional: true },
  { resource: LOOKED_AT.ResourceSlice, verbs: ['list'], isOptional: true },
  { resource: LOOKED_AT.NodePool, verbs: ['list'], isOptional: true },
];

/** What a resource is called in rules: `pods/log`. */
export const ruleName = ({ resource, subresource }: Rights): string =>
  subresource ? `${resource.plural}/${subresource}` : resource.plural;

/** The API group of a resource; empty for the core group. */
export const groupOf = ({ apiVersion }: Resource): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '');

/** Each resource once, with all its verbs. */
function mergeRights(all: readonly Rights[]): Rights[] {
  const byResource = Map.groupBy(all, (one) => `${groupKindOf(one.resource)} ${ruleName(one)}`);
  return [...byResource.values()].map((same) => ({
    ...(same[0] as Rights),
    verbs: [...new Set(same.flatMap((one) => one.verbs))],
    isOptional: same.every((one) => one.isOptional === true),
  }));
}

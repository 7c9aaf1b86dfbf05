import { groupKindOf, type KubeObject, RESOURCES, type Resource, resourceOf } from './kube/index.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const WRITE = ['get', 'list', 'create', 'patch', 'delete'];
const WATCH = ['get', 'list', 'watch'];

/** Verbs on what a deploy reads beside the objects that it writes. */
const ALWAYS: readonly { readonly resource: Resource; readonly verbs: readonly string[]; readonly subresource?: string }[] = [
  // The parent of the inventory and the revisions.
  { resource: RESOURCES.ConfigMap, verbs: WRITE },
  { resource: RESOURCES.Lease, verbs: ['get', 'list', 'create', 'update', 'delete'] },
  { resource: RESOURCES.Deployment, verbs: [...WRITE, 'watch'] },
  { resource: RESOURCES.ReplicaSet, verbs: WATCH },
  { resource: RESOURCES.Pod, verbs: WATCH },
  { resource: RESOURCES.Event, verbs: WATCH },
  { resource: RESOURCES.Pod, subresource: 'log', verbs: ['get'] },
  // Golden predictions travel through the API server.
  { resource: RESOURCES.Pod, subresource: 'proxy', verbs: ['get', 'create'] },
  { resource: RESOURCES.HorizontalPodAutoscaler, verbs: ['list'] },
];

/** The least Role with which these objects can be deployed, rolled back and destroyed in a namespace. */
export function deployRole(service: string, namespace: string, objects: readonly KubeObject[]): KubeObject {
  const rendered = objects.map((object) => ({ resource: resourceOf(object), verbs: WRITE }));
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: `${service}-deployer`, namespace },
    rules: mergeRules([...rendered, ...ALWAYS]),
  };
}

/** One rule for each group and set of verbs, so that the Role reads well. */
function mergeRules(wanted: readonly (typeof ALWAYS)[number][]): Rule[] {
  const verbsOf = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  for (const { resource, verbs, subresource } of wanted) {
    const name = subresource ? `${resource.plural}/${subresource}` : resource.plural;
    const key = `${groupKindOf(resource)} ${name}`;
    const known = verbsOf.get(key) ?? { group: groupOf(resource), resource: name, verbs: new Set() };
    for (const verb of verbs) known.verbs.add(verb);
    verbsOf.set(key, known);
  }
  const byRule = Map.groupBy(verbsOf.values(), ({ group, verbs }) => JSON.stringify([group, [...verbs].sort()]));
  return [...byRule]
    .map(([key, members]) => {
      const [group, verbs] = JSON.parse(key) as [string, string[]];
      return { apiGroups: [group], resources: members.map((one) => one.resource).sort(), verbs };
    })
    .sort((a, b) => (`${a.apiGroups}${a.resources}` < `${b.apiGroups}${b.resources}` ? -1 : 1));
}

const groupOf = (resource: Resource): string => (resource.apiVersion.includes('/') ? (resource.apiVersion.split('/')[0] as string) : '');

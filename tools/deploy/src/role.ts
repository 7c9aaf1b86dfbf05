import { AUTOSCALER_STATUS } from './autoscaler/index.ts';
import { IDENTITY_NAMESPACE } from './cluster/index.ts';
import type { KubeObject } from './kube/index.ts';
import { groupOf, RIGHTS_TO_LOOK, type Rights, rightsToManage, ruleName } from './preflight/index.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io/v1';

/** The least Role with which these objects can be deployed, rolled back and destroyed in a namespace. */
export function deployRole(service: string, namespace: string, objects: readonly KubeObject[]): KubeObject {
  const metadata = { name: `${service}-deployer`, namespace };
  return { apiVersion: RBAC, kind: 'Role', metadata, rules: rulesOf(rightsToManage(objects)) };
}

/**
 * The ClusterRole with which preflight sees GPUs and recognizes the cluster. A deploy does without it, and then says what it did
 * not look at.
 */
export function lookRole(): KubeObject {
  const single = (resource: string, name: string) => ({ apiGroups: [''], resources: [resource], resourceNames: [name], verbs: ['get'] });
  const named = [single('namespaces', IDENTITY_NAMESPACE), single('configmaps', AUTOSCALER_STATUS.name)];
  return {
    apiVersion: RBAC,
    kind: 'ClusterRole',
    metadata: { name: 'modelyard-preflight' },
    rules: [...rulesOf(RIGHTS_TO_LOOK), ...named],
  };
}

/** One rule for each group and set of verbs, so that the Role reads well. */
function rulesOf(rights: readonly Rights[]): Rule[] {
  const byRule = Map.groupBy(rights, (one) => JSON.stringify([groupOf(one.resource), [...one.verbs].sort()]));
  return [...byRule]
    .map(([key, members]) => {
      const [group, verbs] = JSON.parse(key) as [string, string[]];
      return { apiGroups: [group], resources: members.map(ruleName).sort(), verbs };
    })
    .sort((a, b) => (`${a.apiGroups}${a.resources}` < `${b.apiGroups}${b.resources}` ? -1 : 1));
}

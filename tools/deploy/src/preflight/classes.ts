import { ProblemError } from '@modelyard/core';
import { type Cluster, ifAllowed } from '../cluster/index.ts';
import { type KubeObject, RESOURCES, type Resource } from '../kube/index.ts';
import type { Note } from '../report/index.ts';
import { LOOKED_AT } from './resources.ts';
import type { SchedulingSpec } from './scheduling.ts';

/** Whether the PriorityClass of the pods is there: without it the server creates none of them. Throws when it is not. */
export async function lookAtPriorityClass(cluster: Cluster, { priorityClassName: name }: SchedulingSpec, where: string): Promise<Note[]> {
  if (name === undefined) return [];
  const known = await namesOf(cluster, LOOKED_AT.PriorityClass);
  if (!known) return [unseen('priority-class-unseen', `PriorityClass "${name}"`, 'priorityclasses')];
  if (known.includes(name)) return [];
  const problem = {
    code: 'no-priority-class',
    where,
    what: `the pods ask for the PriorityClass "${name}", which the cluster does not have`,
    remedy: `known: ${known.join(', ')}; change deploy.priorityClass, leave it out, or create the class`,
  };
  throw new ProblemError([problem], 'preflight');
}

/** Whether the class of an Ingress is there: one that is not is nobody's, and no request comes in. A controller may still bring it. */
export async function lookAtIngressClass(cluster: Cluster, objects: readonly KubeObject[]): Promise<Note[]> {
  const ingress = objects.find(({ kind }) => kind === RESOURCES.Ingress.kind);
  const name = (ingress?.spec as { ingressClassName?: string } | undefined)?.ingressClassName;
  if (name === undefined) return [];
  const known = await namesOf(cluster, LOOKED_AT.IngressClass);
  if (!known) return [unseen('ingress-class-unseen', `IngressClass "${name}"`, 'ingressclasses')];
  if (known.includes(name)) return [];
  return [
    {
      code: 'no-ingress-class',
      what: `the cluster has no IngressClass "${name}": the Ingress is taken by no controller, and no request comes in through it`,
      remedy: `${known.length > 0 ? `known: ${known.join(', ')}; change` : 'there is none at all: change'} deploy.ingress.className, or install the controller that brings the class`,
    },
  ];
}

async function namesOf(cluster: Cluster, resource: Resource): Promise<string[] | undefined> {
  const classes = await ifAllowed(cluster.list({ resource }));
  return classes?.map(({ metadata }) => metadata.name).sort();
}

const unseen = (code: string, what: string, resource: string): Note => ({
  code,
  what: `whether the ${what} is there was not looked at: these credentials may not list ${resource}`,
  remedy:
    'an administrator may grant it: "npx modelyard deploy role --cluster | kubectl apply -f -", then a ClusterRoleBinding to modelyard-preflight',
});

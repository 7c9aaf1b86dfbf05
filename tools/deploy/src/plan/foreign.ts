import { LABEL_INSTANCE, LABEL_MANAGED_BY, type Problem, ProblemError } from '@modelyard/core';
import { describeObject, type KubeObject, refOf } from '../kube/index.ts';
import { ourEntry } from './ownership.ts';

/**
 * Throws when a live object of a wanted one's name was never applied by us and does not bear the labels that say whose it is: an apply
 * would merge the two without a word, and a later destroy would delete what somebody else made. The labels are how it is handed over.
 */
export function refuseForeign(desired: KubeObject, live: KubeObject): void {
  const ours = [LABEL_INSTANCE, LABEL_MANAGED_BY].map((key) => [key, desired.metadata.labels?.[key]] as const);
  const isHandedOver = ours.every(([key, value]) => live.metadata.labels?.[key] === value);
  if (ourEntry(live) === undefined && !isHandedOver) {
    throw new ProblemError([foreignObject(live, ours.map(([key, value]) => `${key}=${value}`).join(' '))], 'conflict');
  }
}

function foreignObject(live: KubeObject, labels: string): Problem {
  const { namespace, managedFields = [] } = live.metadata;
  const makers = [...new Set(managedFields.map(({ manager }) => manager).filter(Boolean))];
  const object = describeObject(refOf(live));
  return {
    code: 'foreign-object',
    where: `${object} in ns/${namespace}`,
    what: `it is there already, and Modelyard did not make it${makers.length > 0 ? ` (${makers.join(', ')} did)` : ''}`,
    remedy: `rename the service, delete the object, or hand it over: kubectl -n ${namespace} label ${object} ${labels}`,
  };
}

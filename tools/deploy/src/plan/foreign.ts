import { FIELD_MANAGER, LABEL_INSTANCE, LABEL_MANAGED_BY, type Problem, ProblemError } from '@modelyard/core';
import { describeObject, type KubeObject, refOf } from '../kube/index.ts';
import { ownedSelector } from '../manifests/index.ts';
import { ourEntry } from './ownership.ts';

/**
 * Throws when a live object of a wanted one's name was never applied by us and does not bear the service's labels: an apply would
 * merge the two without a word, and a later destroy would delete what somebody else made. Labels are how it is handed over.
 */
export function refuseForeign(live: KubeObject, service: string): void {
  const { labels = {} } = live.metadata;
  const isHandedOver = labels[LABEL_INSTANCE] === service && labels[LABEL_MANAGED_BY] === FIELD_MANAGER;
  if (ourEntry(live) === undefined && !isHandedOver) throw new ProblemError([foreignObject(live, service)], 'conflict');
}

function foreignObject(live: KubeObject, service: string): Problem {
  const { namespace, managedFields = [] } = live.metadata;
  const makers = [...new Set(managedFields.map(({ manager }) => manager).filter(Boolean))];
  const object = describeObject(refOf(live));
  return {
    code: 'foreign-object',
    where: `${object} in ns/${namespace}`,
    what: `it is there already, and Modelyard did not make it${makers.length > 0 ? ` (${makers.join(', ')} did)` : ''}`,
    remedy: `rename the service, delete the object, or hand it over: kubectl -n ${namespace} label ${object} ${ownedSelector(service).replace(',', ' ')}`,
  };
}

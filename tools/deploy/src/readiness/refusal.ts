import { GRACES, type Grace } from './graces.ts';
import type { Cause } from './types.ts';

const POLICY_REMEDY = 'the policy of the namespace refuses these pods: change it, or what model-service.yaml asks for';

/** What the API server says of pods that it does not create, the first that fits. */
const REFUSALS: readonly { readonly sign: RegExp; readonly grace: Grace; readonly remedy: string }[] = [
  {
    sign: /failed quota/,
    grace: GRACES.quotaWantsMore,
    remedy:
      'the quota counts what the pods do not name: set it in deploy.resources of model-service.yaml (limits.cpu is cpuLimit), or give the namespace a LimitRange with defaults',
  },
  {
    sign: /exceeded quota/,
    grace: GRACES.quota,
    remedy: 'lower deploy.replicas or deploy.resources in model-service.yaml, or raise the ResourceQuota of the namespace',
  },
  {
    sign: /no PriorityClass with name/,
    grace: GRACES.notCreated,
    remedy:
      'create the PriorityClass, or mend deploy.priorityClass in model-service.yaml ("kubectl get priorityclasses" lists those that are there)',
  },
  {
    sign: /RuntimeClass "[^"]*" not found/,
    grace: GRACES.notCreated,
    remedy: 'install what makes the RuntimeClass, or mend deploy.gpu.runtimeClass in model-service.yaml',
  },
  {
    sign: /serviceaccount "[^"]*" not found/i,
    grace: GRACES.notCreated,
    remedy: 'a deploy makes this ServiceAccount and somebody deleted it: deploy again',
  },
  { sign: /violates PodSecurity|denied (the )?request/, grace: GRACES.denied, remedy: POLICY_REMEDY },
  // A controller that may not create pods yet is no policy.
  { sign: /not found|User "[^"]*" cannot/, grace: GRACES.notCreated, remedy: 'read the events below' },
  {
    sign: /(maximum|minimum|limit to request ratio)\b.* per (Container|Pod)/,
    grace: GRACES.denied,
    remedy: 'a LimitRange of the namespace sets these bounds: change deploy.resources in model-service.yaml, or the LimitRange',
  },
  {
    // The one limit that the pods may lack is that of the CPU.
    sign: /must be less than or equal to \S+ limit/,
    grace: GRACES.denied,
    remedy:
      'a LimitRange of the namespace gives the pods a default limit below what they ask for: set deploy.resources.cpuLimit in model-service.yaml, lower deploy.resources.cpu, or change the LimitRange',
  },
  { sign: /is forbidden/, grace: GRACES.denied, remedy: POLICY_REMEDY },
  { sign: /^/, grace: GRACES.notCreated, remedy: 'read the events below' },
];

/** Why the API server does not create the pods. */
export function refusal(where: string, message: string): Cause {
  const { grace, remedy } = REFUSALS.find(({ sign }) => sign.test(message)) as (typeof REFUSALS)[number];
  return { code: grace.code, where, what: message, remedy, graceSeconds: grace.seconds };
}

import { type LastingFault, OUTAGES, REFUSALS, REJECTIONS } from './lasting-faults.ts';
import type { Standing } from './standing.ts';

/** How an action has to end that meets a lasting fault, and what the cluster then holds where that is told. */
export interface Ending {
  readonly exit: string;
  readonly codes: readonly string[];
  readonly standing?: Standing;
}

/** What follows from a lasting fault at a step, by step. */
export type Endings = Readonly<Record<string, (fault: LastingFault) => Ending>>;

/** The old version serves, and no trace of the new one is left. */
export const OLD: Standing = { isAsWanted: false, serving: 'churn:1', ready: 1, holder: undefined, revisions: 1 };
/** The cluster equals the spec, and the history knows it. */
export const DONE: Standing = { isAsWanted: true, serving: 'churn:2', ready: 1, holder: undefined, revisions: 2 };
/** The cluster equals the spec, but nobody could prove or record it. */
const UNPROVED = { ...DONE, revisions: 1 };
/** Nothing runs. */
const NOTHING: Standing = { isAsWanted: false, serving: undefined, ready: undefined, holder: undefined, revisions: 0 };
/** The first version is live and proved. */
export const FIRST: Standing = { isAsWanted: true, serving: 'churn:1', ready: 1, holder: undefined, revisions: 1 };

/** A cluster that cannot be asked cannot be told to go back. */
export const isOutOfReach = (fault: LastingFault) => ['unauthorized', 'no-cluster', 'no-api-server'].includes(fault.code);

const refused = ({ exit, code }: LastingFault): Ending => ({ exit, codes: [code] });
const refusedFirst = (fault: LastingFault): Ending => ({ ...refused(fault), standing: OLD });
const passed = (): Ending => ({ exit: 'done', codes: [], standing: DONE });
/** What may not be asked is done without. */
const optional = (fault: LastingFault): Ending => (fault.code === 'forbidden' ? passed() : refusedFirst(fault));
const rolledBack = (fault: LastingFault): Ending =>
  isOutOfReach(fault) ? refusedFirst(fault) : { exit: 'rolledBack', codes: [fault.code, 'rolled-back'], standing: OLD };
/** The old objects are applied again; but they can be waited for as little as the new ones. */
const wentBack = (exit: string, code: string, again = code): Ending => ({ exit, codes: [code, 'rollback-failed', again], standing: OLD });
const leftUnproved = (fault: LastingFault): Ending => ({ ...refused(fault), standing: UNPROVED });
const cannotBeWaitedFor = (fault: LastingFault): Ending => (isOutOfReach(fault) ? leftUnproved(fault) : wentBack(fault.exit, fault.code));
const unrecorded = ({ exit, code }: LastingFault, standing: Standing): Ending => ({ exit, codes: [code, 'not-recorded'], standing });

/** An update that prunes: each of its steps. */
export const UPDATE: Endings = {
  'read namespaces': optional,
  'create selfsubjectrulesreviews': refusedFirst,
  'list resourcequotas': optional,
  'list configmaps': refusedFirst,
  'list deployments': refusedFirst,
  'list networkpolicies': refusedFirst,
  'list serviceaccounts': refusedFirst,
  'list services': refusedFirst,
  'read leases': refusedFirst,
  'replace leases': refusedFirst,
  'dry-run configmaps': refusedFirst,
  'dry-run deployments': refusedFirst,
  'apply configmaps': refusedFirst,
  'apply deployments': rolledBack,
  'list pods': refusedFirst,
  'list replicasets': refusedFirst,
  'watch deployments': passed,
  'watch replicasets': passed,
  'watch pods': passed,
  'watch events': passed,
  verify: cannotBeWaitedFor,
  'delete configmaps': (fault) => unrecorded(fault, { ...UNPROVED, isAsWanted: false }),
  'list events': passed,
  record: (fault) => unrecorded(fault, UNPROVED),
  books: (fault) => unrecorded(fault, DONE),
};

const notBegun = (fault: LastingFault): Ending => ({ ...refused(fault), standing: NOTHING });

/** What only a first deploy does; there is nothing to go back to. */
export const FIRST_DEPLOY: Endings = {
  'apply namespaces': notBegun,
  'create leases': notBegun,
  'apply networkpolicies': notBegun,
  'apply serviceaccounts': notBegun,
  'apply services': notBegun,
};

/** What may not be listed cannot be counted; the dry run ends all the same. */
const doneWithout = (fault: LastingFault): Ending => (fault.code === 'forbidden' ? { exit: 'done', codes: [] } : refused(fault));
const noRoom = (): Ending => ({ exit: 'preflight', codes: ['no-gpu-room'] });
const unseen = (fault: LastingFault): Ending => (fault.code === 'forbidden' ? noRoom() : refused(fault));

/** What preflight reads for a service that asks for more GPUs than there are. */
export const GPU_LOOK: Endings = {
  'list nodes': doneWithout,
  'list runtimeclasses': unseen,
  'list all pods': unseen,
  // Whether an autoscaler adds nodes is then not known, and the lack of room is a note.
  'list nodepools': doneWithout,
  'read configmaps': doneWithout,
};

/** What preflight reads for a service whose pods claim devices, and what only such a service has. */
export const CLAIM_LOOK: Endings = {
  discover: refused,
  'list deviceclasses': doneWithout,
  'list resourceslices': doneWithout,
  'list resourceclaimtemplates': refused,
};

/** What preflight reads for a service that names what others make, and what only such a service has. */
export const NAMES_LOOK: Endings = {
  'list priorityclasses': doneWithout,
  'list ingressclasses': doneWithout,
  'list ingresses': refused,
  'read persistentvolumeclaims': doneWithout,
};

/** What only a destroy does; it is carried on by the next. */
export const DESTROY: Endings = {
  // A deploy begins with a read that it needs.
  connect: doneWithout,
  'delete deployments': refused,
  'delete services': refused,
  'delete networkpolicies': refused,
  'delete serviceaccounts': refused,
  'list leases': refused,
  'delete leases': refused,
};

/** The outages at a step; they take half a minute and look alike from above the transport, so that the steps take turns. */
export function outagesAt(step: string, index: number): LastingFault[] {
  const outage = (turn: number) => OUTAGES[(index + turn) % OUTAGES.length] as LastingFault;
  // What may be listed may be watched; a watch that cannot be had is replaced by lists.
  if (step.startsWith('watch ')) return [outage(0), outage(2)];
  return step === 'verify' || step === 'connect' ? [] : [outage(0)];
}

/** Every refusal at every step, and what the server may say of an object where one is sent. */
export function faultsAt(step: string, index: number): LastingFault[] {
  const outages = outagesAt(step, index);
  if (step.startsWith('watch ')) return outages;
  return [...REFUSALS, ...(/^(dry-run|apply)/.test(step) ? REJECTIONS : []), ...outages];
}

import { DONE, type Ending, isOutOfReach, OLD } from './lasting-endings.ts';
import { type LastingFault, OUTAGES } from './lasting-faults.ts';

const passed = (): Ending => ({ exit: 'done', codes: [], standing: DONE });
/** The old version serves as before, and no more is told than the cause. */
const refused = ({ exit, code }: LastingFault): Ending => ({ exit, codes: [code], standing: OLD });
/** What may not be read is done without; who is not known may do nothing, and who is not answered waits for nothing. */
const optional = (fault: LastingFault): Ending => (fault.code === 'forbidden' ? passed() : refused(fault));
/** A cluster that is out of reach cannot be told to take the canary away: what was made of it stays, without requests. */
const aborted = (fault: LastingFault): Ending =>
  isOutOfReach(fault) ? refused(fault) : { exit: 'rolledBack', codes: [fault.code, 'canary-aborted'], standing: OLD };
/** The way back is waited for by the same requests. */
const cannotBeWaitedFor = (fault: LastingFault): Ending =>
  isOutOfReach(fault) ? refused(fault) : { exit: fault.exit, codes: [fault.code, 'rollback-failed', fault.code], standing: OLD };
/** ... unless it is over before it is looked at; and so may the canary's own, and the service has begun to take its pods. */
const mayBeWaitedFor = (fault: LastingFault): Ending[] => [
  // Lists take the place of a watch that cannot be had.
  ...(OUTAGES.includes(fault) ? [passed()] : []),
  aborted(fault),
  cannotBeWaitedFor(fault),
  { ...refused(fault), standing: { ...OLD, serving: 'churn:2' } },
];
/** The service has its new pods, proved; what is left of the canary goes with the next deploy. */
const unrecorded = ({ exit, code }: LastingFault): Ending => ({
  exit,
  codes: [code, 'not-recorded'],
  standing: { ...DONE, isAsWanted: false, revisions: 1 },
});

/** A canary beside a proved version: each of its steps, with the ways in which it may end. */
export const CANARY: Readonly<Record<string, (fault: LastingFault) => Ending | readonly Ending[]>> = {
  'read namespaces': optional,
  'list resourcequotas': optional,
  'create selfsubjectrulesreviews': refused,
  'list configmaps': refused,
  'list deployments': refused,
  'list networkpolicies': refused,
  'list pods': refused,
  'list replicasets': refused,
  'list serviceaccounts': refused,
  'list services': refused,
  'read configmaps': refused,
  'read deployments': refused,
  'read leases': refused,
  'read services': refused,
  'replace leases': refused,
  'dry-run configmaps': refused,
  'dry-run deployments': refused,
  'dry-run networkpolicies': refused,
  'dry-run services': refused,
  'apply configmaps': aborted,
  'apply deployments': aborted,
  'apply networkpolicies': aborted,
  'apply services': aborted,
  'list events': passed,
  'watch events': passed,
  'watch deployments': mayBeWaitedFor,
  'watch pods': mayBeWaitedFor,
  'watch replicasets': mayBeWaitedFor,
  verify: cannotBeWaitedFor,
  'delete configmaps': unrecorded,
  'delete deployments': unrecorded,
  'delete networkpolicies': unrecorded,
  'delete services': unrecorded,
  record: (fault) => ({ ...unrecorded(fault), standing: { ...DONE, revisions: 1 } }),
  books: (fault) => ({ ...unrecorded(fault), standing: DONE }),
};

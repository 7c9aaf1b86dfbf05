import { ProblemError } from '@modelyard/core';
import { test } from 'vitest';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { recordingWorld } from './testing/api.ts';
import { type Seen, withFaultProxy } from './testing/fault-proxy.ts';
import { type LastingFault, OUTAGES, REFUSALS, REJECTIONS } from './testing/lasting-faults.ts';
import { addMember, type Standing, standingOf } from './testing/standing.ts';
import { servingPod, trainedRequest } from './testing/trained.ts';

interface Ending {
  readonly exit: string;
  readonly codes: readonly string[];
  readonly seen: readonly Seen[];
}

/** An update that meets the fault at every request of a step. */
async function updateThrough(request: DeployRequest, step: string, fault: LastingFault): Promise<Ending> {
  const faults = [{ at: (one: string) => one === step, acts: [fault.act], lasts: true }];
  return withFaultProxy({ pod: servingPod, faults }, async ({ kubeconfig, seen }) => {
    const update = deployService({ ...request, kubeconfigs: [kubeconfig] }, recordingWorld());
    const error = await update.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return { exit: 'done', codes: [], seen };
    if (!(error instanceof ProblemError)) throw error;
    return { exit: error.exit, codes: error.problems.map((problem) => problem.code), seen };
  });
}

/** The old version serves, and no trace of the new one is left. */
const OLD = { isAsWanted: false, serving: 'churn:1', ready: 1, holder: undefined, revisions: 1 };
/** The cluster equals the spec, and the history knows it. */
const DONE = { isAsWanted: true, serving: 'churn:2', ready: 1, holder: undefined, revisions: 2 };
/** The cluster equals the spec, but nobody could prove or record it. */
const UNPROVED = { ...DONE, revisions: 1 };

interface Expected {
  readonly exit: string;
  readonly codes: readonly string[];
  readonly standing: Standing;
}

/** A cluster that cannot be asked cannot be told to go back. */
const isOutOfReach = (fault: LastingFault) => ['unauthorized', 'no-cluster', 'no-api-server'].includes(fault.code);

const refusedFirst = ({ exit, code }: LastingFault): Expected => ({ exit, codes: [code], standing: OLD });
const passed = (): Expected => ({ exit: 'done', codes: [], standing: DONE });
const rolledBack = (fault: LastingFault): Expected =>
  isOutOfReach(fault) ? refusedFirst(fault) : { exit: 'rolledBack', codes: [fault.code, 'rolled-back'], standing: OLD };
/** The old objects are applied again; but they can be waited for as little as the new ones. */
const wentBack = (exit: string, code: string, again = code): Expected => ({ exit, codes: [code, 'rollback-failed', again], standing: OLD });
const leftUnproved = ({ exit, code }: LastingFault): Expected => ({ exit, codes: [code], standing: UNPROVED });
const unrecorded = ({ exit, code }: LastingFault, standing: Standing): Expected => ({ exit, codes: [code, 'not-recorded'], standing });

/** How a deploy has to end that meets a lasting fault at a step. */
const ENDINGS: Readonly<Record<string, (fault: LastingFault) => Expected>> = {
  connect: refusedFirst,
  'read namespaces': refusedFirst,
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
  verify: (fault) => (isOutOfReach(fault) ? leftUnproved(fault) : wentBack(fault.exit, fault.code)),
  'delete configmaps': (fault) => unrecorded(fault, { ...UNPROVED, isAsWanted: false }),
  'list events': passed,
  record: (fault) => unrecorded(fault, UNPROVED),
  books: (fault) => unrecorded(fault, DONE),
};

/** Every refusal at every step; outages take half a minute and look alike from above the transport, so that the steps take turns. */
function faultsAt(step: string, index: number): LastingFault[] {
  // What may be listed may be watched; a watch that cannot be had is replaced by a last look.
  if (step.startsWith('watch ')) return [...OUTAGES];
  // Who may not read the namespace may still deploy into it, and a server that hides its version may still be one.
  const refusals = REFUSALS.filter(({ code }) => code !== 'forbidden' || !['connect', 'read namespaces'].includes(step));
  const outages = step === 'verify' || step === 'connect' ? [] : [OUTAGES[index % OUTAGES.length] as LastingFault];
  return [...refusals, ...(/^(dry-run|apply)/.test(step) ? REJECTIONS : []), ...outages];
}

const throughPods = (request: DeployRequest) =>
  withFaultProxy({ pod: servingPod }, ({ kubeconfig }) => deployService({ ...request, kubeconfigs: [kubeconfig] }, recordingWorld()));

for (const [index, [step, expectedOf]] of Object.entries(ENDINGS).entries()) {
  test.concurrent(`a deploy that meets a lasting fault at "${step}" tells the cause, loses nothing and can be carried on`, async ({
    expect,
  }) => {
    const namespace = `lasting-${step.replaceAll(' ', '-')}`;
    const request = trainedRequest(namespace, 2, { timeoutSeconds: 6 });
    await throughPods(trainedRequest(namespace, 1));
    if (step === 'delete configmaps') await addMember(request, 'left-over');
    for (const fault of faultsAt(step, index)) {
      const { exit, codes, seen } = await updateThrough(request, step, fault);
      const expected = expectedOf(fault);
      expect({ fault: fault.name, exit, codes }).toEqual({ fault: fault.name, exit: expected.exit, codes: expected.codes });
      await expect.poll(() => standingOf(request), { timeout: 10_000, message: fault.name }).toEqual(expected.standing);
      const sent = seen.filter((one) => one.met).map((one) => one.path);
      if (REJECTIONS.includes(fault)) expect({ fault: fault.name, sent }).toEqual({ fault: fault.name, sent: [...new Set(sent)] });
    }
    await throughPods(request);
    expect(await standingOf(request)).toEqual(DONE);
  });
}

import { ProblemError } from '@modelyard/core';
import { test } from 'vitest';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import { recordingWorld, requestFor } from '../testing/api.ts';
import { type Fault, withFaultProxy } from '../testing/fault-proxy.ts';
import { kubectl } from '../testing/kubectl.ts';
import { CANARY } from '../testing/lasting-canary.ts';
import { DONE } from '../testing/lasting-endings.ts';
import { REFUSALS } from '../testing/lasting-faults.ts';
import { standingOf } from '../testing/standing.ts';
import { servingPod, trainedRequest } from '../testing/trained.ts';

/** An update of it goes through a canary. */
function canaryRequest(namespace: string, turn: 1 | 2): DeployRequest {
  const { modelLock, image } = trainedRequest(namespace, turn);
  const source = { deploy: { rollout: { canary: { steps: [{ weight: 50, seconds: 0 }] } } } };
  return requestFor(namespace, source, { image, ...(modelLock ? { modelLock } : {}) });
}

/** Deploys through the faults; how it ended, and the steps that it took. */
const deployThrough = (request: DeployRequest, faults: readonly Fault[] = []) =>
  withFaultProxy({ pod: servingPod, faults }, async ({ kubeconfig, seen }) => {
    const error = await deployService({ ...request, kubeconfigs: [kubeconfig] }, recordingWorld()).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const steps = seen.map((one) => one.step);
    if (error === undefined) return { exit: 'done', codes: [], steps };
    if (!(error instanceof ProblemError)) throw error;
    return { exit: error.exit, codes: error.problems.map((problem) => problem.code), steps };
  });

const selectorIn = (namespace: string) => kubectl(['-n', namespace, 'get', 'service', 'churn', '-o', 'jsonpath={.spec.selector}']);

test.concurrent.for(Object.keys(CANARY).flatMap((step) => REFUSALS.map((fault) => ({ step, fault, name: fault.name }))))(
  'a canary that meets $name at each "$step" tells the cause, leaves the old version its requests, and the next deploy carries on',
  async ({ step, fault }, { expect }) => {
    const namespace = `canary-${fault.code}-${step.replaceAll(' ', '-')}`;
    const [old, next] = [canaryRequest(namespace, 1), canaryRequest(namespace, 2)];
    await deployThrough(old);
    const closed = await selectorIn(namespace);
    const { exit, codes } = await deployThrough(next, [{ at: (one) => one === step, acts: [fault.act], lasts: true }]);
    const endings = [CANARY[step]?.(fault) ?? []].flat();
    expect(endings.map(({ standing: _, ...ending }) => ending)).toContainEqual({ exit, codes });
    // What was told to go may take its time to be gone.
    await expect.poll(() => standingOf(next), { timeout: 10_000 }).toEqual(endings[0]?.standing);
    expect(await selectorIn(namespace)).toBe(closed);
    expect(await deployThrough(next)).toMatchObject({ exit: 'done' });
    await expect.poll(() => standingOf(next), { timeout: 10_000 }).toEqual({ ...DONE, revisions: expect.any(Number) });
  },
);

test('every request of a canary has its row', async ({ expect }) => {
  await deployThrough(canaryRequest('canary-rows', 1));
  const { exit, steps } = await deployThrough(canaryRequest('canary-rows', 2));
  expect(exit).toBe('done');
  expect([...new Set(steps)].sort()).toEqual(Object.keys(CANARY).sort());
});

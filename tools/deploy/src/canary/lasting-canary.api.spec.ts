import { isDeepStrictEqual as equals } from 'node:util';
import { test } from 'vitest';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import { recordingWorld } from '../testing/api.ts';
import { endOf, lastingAt } from '../testing/ended.ts';
import type { Fault } from '../testing/fault-proxy.ts';
import { kubectl } from '../testing/kubectl.ts';
import { CANARY } from '../testing/lasting-canary.ts';
import { DONE, OLD, outagesAt } from '../testing/lasting-endings.ts';
import { REFUSALS } from '../testing/lasting-faults.ts';
import { standingOf } from '../testing/standing.ts';
import { canaryRequest } from '../testing/trained.ts';

const deployThrough = (request: DeployRequest, faults: readonly Fault[] = []) =>
  endOf((given) => deployService(given, recordingWorld()), request, faults);

const selectorIn = (namespace: string) => kubectl(['-n', namespace, 'get', 'service', 'churn', '-o', 'jsonpath={.spec.selector}']);

const rows = Object.keys(CANARY).flatMap((step, index) =>
  [...REFUSALS, ...outagesAt(step, index)].map((fault) => ({ step, fault, name: fault.name })),
);

test.concurrent.for(rows)(
  'a canary that meets $name at each "$step" tells the cause, leaves the old version its requests, and the next deploy carries on',
  async ({ step, fault }, { expect }) => {
    const namespace = `canary-${fault.code}-${step.replaceAll(' ', '-')}`;
    const [old, next] = [canaryRequest(namespace, 1), canaryRequest(namespace, 2)];
    await deployThrough(old);
    const closed = await selectorIn(namespace);
    const { exit, codes } = await deployThrough(next, [lastingAt(step, fault.act)]);
    const endings = [CANARY[step]?.(fault) ?? []].flat();
    // What was told to go may take its time to be gone.
    await expect
      .poll(async () => ({ exit, codes, standing: await standingOf(next) }))
      .toSatisfy((ended) => endings.some((ending) => equals(ended, ending)));
    // Once the service takes the new pods, which were proved, the canary's go on serving beside them.
    const { serving } = await standingOf(next);
    if (exit === 'done' || serving === OLD.serving) expect(await selectorIn(namespace)).toBe(closed);
    expect(await deployThrough(next)).toMatchObject({ exit: 'done' });
    await expect.poll(() => standingOf(next)).toEqual({ ...DONE, revisions: expect.any(Number) });
  },
);

test('every request of a canary has its row', async ({ expect }) => {
  await deployThrough(canaryRequest('canary-rows', 1));
  const { exit, seen } = await deployThrough(canaryRequest('canary-rows', 2));
  expect(exit).toBe('done');
  expect([...new Set(seen.map((one) => one.step))].sort()).toEqual(Object.keys(CANARY).sort());
});

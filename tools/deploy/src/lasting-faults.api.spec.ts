import { beforeAll, type ExpectStatic, test } from 'vitest';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { destroyService } from './destroy.ts';
import { recordingWorld } from './testing/api.ts';
import { type Ended, endOf, lastingAt } from './testing/ended.ts';
import { withFaultProxy } from './testing/fault-proxy.ts';
import { claimLook, gpuLook, namesLook, withGpuClasses } from './testing/gpu-look.ts';
import {
  CLAIM_LOOK,
  DESTROY,
  DONE,
  type Endings,
  FIRST,
  FIRST_DEPLOY,
  faultsAt,
  GPU_LOOK,
  NAMES_LOOK,
  UPDATE,
} from './testing/lasting-endings.ts';
import { type LastingFault, REJECTIONS } from './testing/lasting-faults.ts';
import { addMember, namesIn, standingOf } from './testing/standing.ts';
import { servingPod, trainedRequest } from './testing/trained.ts';

type Action = (request: DeployRequest) => Promise<unknown>;

const deploy: Action = (request) => deployService(request, recordingWorld());
const destroy: Action = (request) => destroyService(request, recordingWorld());

/** An action that meets the fault at every request of a step. */
const endAt = (act: Action, request: DeployRequest, step: string, fault: LastingFault): Promise<Ended> =>
  endOf(act, request, [lastingAt(step, fault.act)]);

/** An action that meets no fault; the steps that it took. */
const throughPods = (act: Action, request: DeployRequest): Promise<string[]> =>
  withFaultProxy({ pod: servingPod }, async ({ kubeconfig, seen }) => {
    await act({ ...request, kubeconfigs: [kubeconfig] });
    return seen.map((one) => one.step);
  });

/** Ends as told, and nothing that the server has rejected is sent a second time. */
async function expectEnd(expect: ExpectStatic, ended: Ended, endings: Endings, step: string, fault: LastingFault): Promise<void> {
  const { exit, codes, seen } = ended;
  const expected = endings[step]?.(fault);
  expect({ fault: fault.name, exit, codes }).toEqual({ fault: fault.name, exit: expected?.exit, codes: expected?.codes });
  const sent = seen.filter((one) => one.met).map((one) => one.path);
  // A rollout may be over before a watch of it begins.
  if (!step.startsWith('watch ')) expect({ fault: fault.name, isMet: sent.length > 0 }).toEqual({ fault: fault.name, isMet: true });
  if (REJECTIONS.includes(fault)) expect({ fault: fault.name, sent }).toEqual({ fault: fault.name, sent: [...new Set(sent)] });
}

const stepsOf = (endings: Endings) => [...Object.keys(endings).entries()].map(([index, step]) => ({ index, step }));
const nameOf = (step: string) => step.replaceAll(' ', '-');

test.concurrent.for(stepsOf(UPDATE))(
  'an update that meets a lasting fault at "$step" tells the cause, loses nothing and can be carried on',
  async ({ step, index }, { expect }) => {
    const namespace = `lasting-${nameOf(step)}`;
    const [old, request] = [trainedRequest(namespace, 1), trainedRequest(namespace, 2)];
    await throughPods(deploy, old);
    if (step === 'delete configmaps') await addMember(request, 'left-over');
    let turns = 0;
    for (const fault of faultsAt(step, index)) {
      const ended = await endAt(deploy, request, step, fault);
      await expectEnd(expect, ended, UPDATE, step, fault);
      const { standing } = UPDATE[step]?.(fault) ?? {};
      const revisions = (standing?.revisions ?? 0) + turns;
      await expect.poll(() => standingOf(request), { message: fault.name }).toEqual({ ...standing, revisions });
      if (ended.exit !== 'done') continue;
      // What is live already would not meet the next fault.
      await throughPods(deploy, old);
      turns += 2;
    }
    await throughPods(deploy, request);
    expect(await standingOf(request)).toEqual({ ...DONE, revisions: DONE.revisions + turns });
  },
);

test.concurrent.for(stepsOf(FIRST_DEPLOY))(
  'a first deploy that meets a lasting fault at "$step" tells the cause and can be carried on',
  async ({ step, index }, { expect }) => {
    for (const [turn, fault] of faultsAt(step, index)
      .filter((one) => !REJECTIONS.includes(one))
      .entries()) {
      const request = trainedRequest(`first-${nameOf(step)}-${turn}`, 1);
      await expectEnd(expect, await endAt(deploy, request, step, fault), FIRST_DEPLOY, step, fault);
      expect(await standingOf(request)).toEqual(FIRST_DEPLOY[step]?.(fault).standing);
      await throughPods(deploy, request);
      expect(await standingOf(request)).toEqual(FIRST);
    }
  },
);

test.concurrent.for(stepsOf(GPU_LOOK))(
  'a look at the GPUs that meets a lasting fault at "$step" tells the cause, or does without where that is a missing right',
  async ({ step, index }, { expect }) => {
    const request = gpuLook(`look-${nameOf(step)}`);
    for (const fault of faultsAt(step, index)) {
      await expectEnd(expect, await endAt(deploy, request, step, fault), GPU_LOOK, step, fault);
    }
  },
);

test.concurrent.for(stepsOf(CLAIM_LOOK))(
  'a look at claimed devices that meets a lasting fault at "$step" tells the cause, or does without where that is a missing right',
  async ({ step, index }, { expect }) => {
    const request = claimLook(`claim-${nameOf(step)}`);
    for (const fault of faultsAt(step, index)) {
      await expectEnd(expect, await endAt(deploy, request, step, fault), CLAIM_LOOK, step, fault);
    }
  },
);

test.concurrent.for(stepsOf(NAMES_LOOK))(
  'a look at what the service names that meets a lasting fault at "$step" tells the cause, or does without where that is a missing right',
  async ({ step, index }, { expect }) => {
    const request = namesLook(`names-${nameOf(step)}`);
    for (const fault of faultsAt(step, index)) {
      await expectEnd(expect, await endAt(deploy, request, step, fault), NAMES_LOOK, step, fault);
    }
  },
);

test.concurrent.for(stepsOf(DESTROY))(
  'a destroy that meets lasting faults at "$step" tells the cause and can be carried on',
  async ({ step, index }, { expect }) => {
    const request = trainedRequest(`destroy-${nameOf(step)}`, 1);
    await throughPods(deploy, request);
    for (const fault of faultsAt(step, index)) await expectEnd(expect, await endAt(destroy, request, step, fault), DESTROY, step, fault);
    await throughPods(destroy, request);
    expect(await namesIn(request)).toEqual([]);
  },
);

beforeAll(withGpuClasses);

test.concurrent('every request of a first deploy, an update, a look at GPUs, devices and names, and a destroy has its row', async ({
  expect,
}) => {
  const [first, next] = [trainedRequest('lasting-rows', 1), trainedRequest('lasting-rows', 2)];
  const taken = new Set(await throughPods(deploy, first));
  const take = (steps: readonly string[]) => steps.map((step) => taken.add(step));
  await addMember(first, 'left-over');
  take(await throughPods(deploy, next));
  take(await throughPods(destroy, next));
  const look: Action = (request) => deploy(request).catch(() => undefined);
  take(await throughPods(look, gpuLook('lasting-look')));
  take(await throughPods(look, claimLook('lasting-claim')));
  take(await throughPods(look, namesLook('lasting-names')));
  const rows = [UPDATE, FIRST_DEPLOY, GPU_LOOK, CLAIM_LOOK, NAMES_LOOK, DESTROY].flatMap((endings) => Object.keys(endings));
  expect([...taken].sort()).toEqual(rows.sort());
});

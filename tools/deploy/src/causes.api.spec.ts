import type { Problem, ProblemError } from '@modelyard/core';
import { describe, test } from 'vitest';
import { deployService } from './deploy.ts';
import type { KubeObject } from './kube/index.ts';
import { ensureNamespace } from './namespace.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { container, HELD, podIn, running, writeEvent, writeStatus } from './testing/by-hand.ts';
import { kubectl } from './testing/kubectl.ts';
import { denyPods, restrictedPod } from './testing/refusing.ts';
import { throughNothing } from './testing/standing.ts';

/** Deploys, and meanwhile does to the pod what the test says; how the deploy ended and what it told of causes on the way. */
async function deployWhile(namespace: string, act: (pod: KubeObject) => Promise<void>, timeoutSeconds = 20) {
  const world = recordingWorld();
  const deploy = deployService(requestFor(namespace, {}, { ...HELD, timeoutSeconds }), world);
  const ended = deploy.then(
    () => undefined,
    (error: ProblemError) => error,
  );
  await act(await podIn(namespace));
  const error = await ended;
  const told = world.events.flatMap((event) => (event.type === 'cause' ? [event.cause] : []));
  return { exit: error?.exit ?? 'done', problem: error?.problems[0], told };
}

const withoutHashes = (problem: Problem | undefined): string =>
  `${problem?.code}: ${problem?.what.replace(/churn-[a-z0-9]{6,10}(-[a-z0-9]{5})?/g, 'churn-*')}`;

describe.concurrent('the cause', () => {
  test('of a container out of memory is told with its limit, its log and its events', async ({ expect }) => {
    const { exit, problem } = await deployWhile('cause-oom', async (pod) => {
      await writeEvent(pod, 'BackOff', 'Back-off restarting failed container model');
      const times = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:01Z' };
      const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled', ...times } };
      await writeStatus(pod, container({ waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 1, lastState }));
    });
    expect([exit, withoutHashes(problem)]).toEqual([
      'rollout',
      'out-of-memory: the container needed more memory than its limit of 512Mi and was killed (OOMKilled)',
    ]);
    expect(problem?.details?.join('\n')).toMatch(/log of pod\/churn-\S+, last 1 lines:\n {2}a simulated container has nothing to say/);
    expect(problem?.details?.join('\n')).toMatch(/BackOff pod\/churn-\S+: Back-off restarting failed container model/);
  });

  test('of an image that comes in the end is told, and does not end the rollout', async ({ expect }) => {
    const message = 'failed to pull and unpack image "simulate-by-hand:1": dial tcp 10.0.0.1:443: i/o timeout';
    const { exit, told } = await deployWhile('cause-pull', async (pod) => {
      await writeStatus(pod, container({ waiting: { reason: 'ErrImagePull', message } }));
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const conditions = ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True' }));
      await writeStatus(pod, { ...container(running, { ready: true, started: true }), phase: 'Running', conditions });
    });
    expect([exit, told.map(withoutHashes)]).toEqual([
      'done',
      [`image-pull: image "simulate-by-hand:1" cannot be pulled (ErrImagePull): ${message}`],
    ]);
  });

  test('of a Secret that is missing is told at once, while it may still come', async ({ expect }) => {
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "churn-token" not found' };
    const { exit, told } = await deployWhile('cause-secret', (pod) => writeStatus(pod, container({ waiting })), 8);
    expect([exit, told.map(withoutHashes)]).toEqual([
      'timeout',
      ['reference-missing: the container cannot be created (CreateContainerConfigError): secret "churn-token" not found'],
    ]);
  });

  test('of a volume that cannot be mounted comes from the events alone', async ({ expect }) => {
    const message = 'MountVolume.SetUp failed for volume "model" : rpc error: code = Internal desc = disk is gone';
    const { exit, told } = await deployWhile('cause-volume', (pod) => writeEvent(pod, 'FailedMount', message), 8);
    expect([exit, told.map(withoutHashes)]).toEqual(['timeout', [`volume: a volume cannot be used (FailedMount): ${message}`]]);
  });

  test('of a quota that others fill is told, and ends the rollout when its time is up', async ({ expect }) => {
    const request = requestFor('cause-quota', {}, { timeoutSeconds: 5 });
    await throughNothing(request, (cluster) => ensureNamespace(cluster, request.environment, recordingWorld()));
    await kubectl(['create', '-f', '-'], JSON.stringify(restrictedPod('cause-quota')));
    await kubectl(['-n', 'cause-quota', 'create', 'quota', 'one', '--hard=pods=1']);
    const used = () => kubectl(['-n', 'cause-quota', 'get', 'quota', 'one', '-o', 'jsonpath={.status.used.pods}']);
    await expect.poll(used).toBe('1');
    const world = recordingWorld();
    const error = await problemsOf(deployService(request, world));
    expect(error.exit).toBe('timeout');
    const told = world.events.flatMap((event) => (event.type === 'cause' ? [withoutHashes(event.cause)] : []));
    expect(told).toEqual(['quota: pods "churn-*" is forbidden: exceeded quota: one, requested: pods=1, used: pods=1, limited: pods=1']);
  });

  test('of pods that a policy denies ends the rollout at once', async ({ expect }) => {
    const request = requestFor('cause-denied');
    await throughNothing(request, (cluster) => ensureNamespace(cluster, request.environment, recordingWorld()));
    await kubectl(['apply', '-f', '-'], JSON.stringify(denyPods('cause-denied')));
    // A policy is not in force at once.
    const answer = () =>
      kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(restrictedPod('cause-denied'))).then(
        () => 'allowed',
        (error: Error) => error.message,
      );
    await expect.poll(answer).toContain('no pods here');
    const error = await problemsOf(deployService(request, recordingWorld()));
    await kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'cause-denied']);
    expect([error.exit, error.problems[0]?.code]).toEqual(['rollout', 'admission-denied']);
    expect(error.problems[0]?.what).toContain('denied request: no pods here');
  });
});

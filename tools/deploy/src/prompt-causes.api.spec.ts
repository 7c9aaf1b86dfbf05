import { ProblemError } from '@modelyard/core';
import { describe, type ExpectStatic, expect as globalExpect, test } from 'vitest';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import type { KubeObject } from './kube/index.ts';
import { ensureNamespace } from './namespace.ts';
import { GRACES } from './readiness/index.ts';
import type { DeployEvent } from './report/index.ts';
import { recordingWorld, requestFor } from './testing/api.ts';
import { container, HELD, podIn, running, writeEvent, writeStatus } from './testing/by-hand.ts';
import { type Fault, type ProxyOptions, withFaultProxy } from './testing/fault-proxy.ts';
import { kubectl } from './testing/kubectl.ts';
import { denyPods, restrictedPod } from './testing/refusing.ts';
import type { SpecSource } from './testing/specs.ts';
import { throughNothing } from './testing/standing.ts';
import { stillClock } from './testing/still-clock.ts';

/** What the cluster comes to know, and which grace the cause has. */
interface Case {
  readonly name: string;
  readonly grace: keyof typeof GRACES;
  readonly spec?: SpecSource;
  readonly prepare?: (request: DeployRequest) => Promise<unknown>;
  /** What a kubelet would write; left out, the real control plane says it by itself. */
  readonly act?: (pod: KubeObject) => Promise<void>;
  /** How the service answers through the API server. */
  readonly pod?: ProxyOptions['pod'];
}

const times = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:01Z' };
const waitsFor = (reason: string, message: string) => (pod: KubeObject) => writeStatus(pod, container({ waiting: { reason, message } }));
const ended = (exitCode: number, reason: string, restartCount: number) => (pod: KubeObject) => {
  const terminated = { exitCode, reason, ...times };
  const state = restartCount === 0 ? { terminated } : { waiting: { reason: 'CrashLoopBackOff' } };
  return writeStatus(pod, container(state, restartCount === 0 ? {} : { restartCount, lastState: { terminated } }));
};
const says = (reason: string, message: string) => (pod: KubeObject) => writeEvent(pod, reason, message);
const failsProbe = async (pod: KubeObject) => {
  await writeStatus(pod, { ...container(running, { started: true }), phase: 'Running' });
  await writeEvent(pod, 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
};
const answering = (code: string) => () => ({ status: 503, text: JSON.stringify({ status: 'unavailable', reason: { code, what: 'no' } }) });

const CASES: readonly Case[] = [
  { name: 'a registry that does not answer', grace: 'pull', act: waitsFor('ErrImagePull', 'dial tcp 10.0.0.1:443: i/o timeout') },
  { name: 'an image that is not there', grace: 'noImage', act: waitsFor('ErrImagePull', 'manifest unknown: not found') },
  { name: 'a first crash', grace: 'firstCrash', act: ended(1, 'Error', 0) },
  { name: 'a crash loop', grace: 'crash', act: ended(1, 'Error', 2) },
  { name: 'a container that needs too much memory', grace: 'outOfMemory', act: ended(137, 'OOMKilled', 1) },
  { name: 'a missing Secret', grace: 'reference', act: waitsFor('CreateContainerConfigError', 'secret "churn-token" not found') },
  { name: 'a missing ConfigMap', grace: 'reference', act: waitsFor('CreateContainerConfigError', 'configmap "churn-x" not found') },
  { name: 'a volume that cannot be mounted', grace: 'mount', act: says('FailedMount', 'MountVolume.SetUp failed: disk is gone') },
  { name: 'a network that is not set up', grace: 'sandbox', act: says('FailedCreatePodSandBox', 'plugin not initialized') },
  { name: 'a probe that fails while the model loads', grace: 'loading', act: failsProbe, pod: answering('loading') },
  { name: 'a probe that fails because of the model', grace: 'modelRefused', act: failsProbe, pod: answering('model-mismatch') },
  { name: 'a claim that is not there', grace: 'claim', spec: { model: { path: 'models/m.pkl', source: { pvc: { claim: 'none' } } } } },
  { name: 'a pod that fits on no node', grace: 'noNode', spec: { deploy: { nodeSelector: { zone: 'moon' } } } },
  { name: 'a quota that others fill', grace: 'quota', prepare: fillQuota },
  { name: 'a policy that refuses pods', grace: 'denied', prepare: (request) => refusePods(request) },
];

interface Told {
  readonly code: string | undefined;
  readonly graceSeconds: number;
  readonly events: readonly DeployEvent[];
  readonly details: readonly string[];
}

/** Deploys under a clock that stands still, until the first cause is told or the deploy has ended with it. */
async function tellUnder(kubeconfig: string, namespace: string, { spec, act }: Case, clock = stillClock()): Promise<Told> {
  const recording = recordingWorld();
  const told = Promise.withResolvers<void>();
  const interruption = new AbortController();
  const report = (event: DeployEvent) => {
    recording.report(event);
    if (event.type === 'cause') told.resolve();
  };
  const request = { ...requestFor(namespace, spec, HELD), kubeconfigs: [kubeconfig] };
  const end = deployService(request, { ...recording, report, clock, signal: interruption.signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (act) await act(await podIn(namespace));
  await Promise.race([told.promise, end]);
  interruption.abort();
  const error = await end;
  const event = recording.events.find((one) => one.type === 'cause');
  if (event)
    return {
      code: event.cause.code,
      graceSeconds: event.graceSeconds ?? Number.POSITIVE_INFINITY,
      details: event.cause.details ?? [],
      events: recording.events,
    };
  if (!(error instanceof ProblemError)) throw error;
  return { code: error.problems[0]?.code, graceSeconds: 0, details: error.problems[0]?.details ?? [], events: recording.events };
}

describe.concurrent('while our clock stands still, a deploy tells its cause:', () => {
  test.for(CASES.map((one, index) => ({ ...one, index })))('$name', async (one, { expect }) => {
    const namespace = `prompt-${one.index}`;
    await one.prepare?.(requestFor(namespace));
    const clock = stillClock();
    const { code, graceSeconds } = await withFaultProxy(one.pod ? { pod: one.pod } : {}, ({ kubeconfig }) =>
      tellUnder(kubeconfig, namespace, one, clock),
    );
    const { code: expected, seconds } = GRACES[one.grace];
    expect({ code, graceSeconds, clockMs: clock.nowMs() }).toEqual({ code: expected, graceSeconds: seconds, clockMs: 0 });
  });

  test('without the log of a node that does not answer, after three seconds', async ({ expect }) => {
    const faults: Fault[] = [{ at: (step) => step === 'log', acts: [() => new Promise(() => undefined)], lasts: true }];
    const crash = { name: 'crash', grace: 'firstCrash', act: ended(1, 'Error', 0) } as const;
    const { code, details } = await withFaultProxy({ faults }, ({ kubeconfig }) => tellUnder(kubeconfig, 'prompt-log', crash));
    expect([code, details.filter((line) => line.startsWith('log of'))]).toEqual(['crash', []]);
  });

  test('without what /health says when it says nothing, after a second and a half', async ({ expect }) => {
    const asked = Promise.withResolvers<void>();
    const hang = () => {
      asked.resolve();
      return new Promise<void>(() => undefined);
    };
    const faults: Fault[] = [{ at: (step) => step === 'verify', acts: [hang], lasts: true }];
    const clock = stillClock();
    const probe = { name: 'probe', grace: 'loading', act: failsProbe } as const;
    const { code } = await withFaultProxy({ faults }, async ({ kubeconfig }) => {
      const told = tellUnder(kubeconfig, 'prompt-health', probe, clock);
      await asked.promise;
      clock.goOn(1_500);
      return told;
    });
    expect([code, clock.nowMs()]).toEqual(['not-healthy', 1_500]);
  });

  test('with each pool of nodes, when no node fits', async ({ expect }) => {
    const lost = { name: 'lost', grace: 'noNode', spec: { deploy: { nodeSelector: { zone: 'moon' } } } } as const;
    const { details } = await withFaultProxy({}, ({ kubeconfig }) => tellUnder(kubeconfig, 'prompt-pools', lost));
    expectPools(expect, details);
  });
});

const expectPools = (expect: ExpectStatic, details: readonly string[]) =>
  expect(details.filter((line) => /^node /.test(line))).toEqual([
    'node cpu-node (1 node): nodeSelector asks for zone=moon, which is not set',
    'node pool NVIDIA-A10 (1 node): nodeSelector asks for zone=moon, which is not set',
  ]);

test('what ends a rollout is told before anything is rolled back', async () => {
  await deployService(requestFor('prompt-back'), recordingWorld());
  const world = recordingWorld();
  const next = requestFor('prompt-back', {}, { image: { ref: 'simulate-crash:2' } });
  const error = await deployService(next, world).catch((reason: unknown) => reason as ProblemError);
  const types = world.events.map(({ type }) => type);
  globalExpect(types.slice(types.indexOf('cause'), types.indexOf('rolling-back') + 1)).toEqual(['cause', 'rolling-back']);
  globalExpect(world.events.find(({ type }) => type === 'cause')).toEqual({ type: 'cause', cause: (error as ProblemError).problems[0] });
});

async function fillQuota(request: DeployRequest): Promise<void> {
  const { namespace } = request.environment;
  await throughNothing(request, (cluster) => ensureNamespace(cluster, request.environment, recordingWorld()));
  await kubectl(['create', '-f', '-'], JSON.stringify(restrictedPod(namespace)));
  await kubectl(['-n', namespace, 'create', 'quota', 'one', '--hard=pods=1']);
  const used = () => kubectl(['-n', namespace, 'get', 'quota', 'one', '-o', 'jsonpath={.status.used.pods}']);
  await globalExpect.poll(used).toBe('1');
}

async function refusePods(request: DeployRequest): Promise<void> {
  const { namespace } = request.environment;
  await throughNothing(request, (cluster) => ensureNamespace(cluster, request.environment, recordingWorld()));
  await kubectl(['apply', '-f', '-'], JSON.stringify(denyPods(namespace)));
  const answer = () =>
    kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(restrictedPod(namespace))).then(
      () => 'allowed',
      (error: Error) => error.message,
    );
  await globalExpect.poll(answer).toContain('no pods here');
}

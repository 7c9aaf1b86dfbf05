import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deploymentWith, nodeOffering, podEvent, podLike, replicaSet, rolloutOf } from '../testing/rollouts.ts';
import { findCauses, judgeRollout, noteCauses, progressOf, type Rollout } from './index.ts';

/** The verdict when all causes have been there for so many seconds. */
function judgeAfter(rollout: Rollout, seconds: number) {
  return judgeRollout(rollout, noteCauses(rollout, new Map(), 0), seconds * 1000);
}

const only = (rollout: Rollout) => {
  const [cause, ...others] = findCauses(rollout);
  expect(others).toEqual([]);
  return cause;
};

describe('a rollout', () => {
  const done = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
  const ready = podLike({ ready: true, state: { running: {} } });

  test('is ready when every pod is of the new template and available', () => {
    expect(judgeAfter(rolloutOf([ready], { deployment: deploymentWith(done) }), 0)).toEqual({ state: 'ready', pods: [ready] });
  });

  test('waits while an old pod is still there', () => {
    const old = podLike({ age: 'old', name: 'churn-old-1', ready: true });
    const rollout = rolloutOf([ready, old], { deployment: deploymentWith({ ...done, replicas: 2 }) });
    expect(judgeAfter(rollout, 0)).toEqual({ state: 'waiting', because: '1/1 ready, 1 old to stop', causes: [] });
  });

  test('is not judged by a status that speaks of the generation before', () => {
    const rollout = rolloutOf([ready], { deployment: deploymentWith({ ...done, observedGeneration: 1 }) });
    expect(judgeAfter(rollout, 999)).toEqual({ state: 'waiting', because: 'the rollout starts', causes: [] });
  });

  test('with no replicas is ready without pods', () => {
    const deployment = deploymentWith({}, 0);
    expect(judgeAfter(rolloutOf([], { deployment }), 0)).toEqual({ state: 'ready', pods: [] });
  });

  test('is never failed by a crash of the old ReplicaSet', () => {
    const crashed = podLike({
      age: 'old',
      restarts: 9,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(findCauses(rolloutOf([crashed]))).toEqual([]);
  });
});

describe('an image', () => {
  const waiting = (reason: string, message: string) => podLike({ state: { waiting: { reason, message } } });

  test('that does not exist fails the rollout at once, with the registry answer behind the back-off', () => {
    const rollout = rolloutOf([waiting('ImagePullBackOff', 'Back-off pulling image "churn:2"')], {
      events: [podEvent('Failed', 'Failed to pull image "churn:2": churn:2: not found')],
    });
    expect(judgeAfter(rollout, 0)).toEqual({
      state: 'failed',
      because: {
        code: 'image-pull',
        where: 'pod/churn-new-1',
        what: 'image "churn:2" cannot be pulled (ImagePullBackOff): Failed to pull image "churn:2": churn:2: not found',
        remedy:
          'push the image, load it into the local cluster ("npx modelyard cluster load <image>"), or mend the registry in modelyard.yaml',
        graceSeconds: 0,
      },
    });
  });

  test('whose registry times out gets half a minute', () => {
    const rollout = rolloutOf([waiting('ErrImagePull', 'dial tcp 10.0.0.1:443: i/o timeout')]);
    expect(judgeAfter(rollout, 29).state).toBe('waiting');
    expect(judgeAfter(rollout, 30).state).toBe('failed');
  });

  test('with a name that cannot be one fails at once', () => {
    expect(only(rolloutOf([waiting('InvalidImageName', 'couldn\'t parse "A B"')]))?.graceSeconds).toBe(0);
  });
});

describe('a container', () => {
  const ended = { terminated: { exitCode: 3, reason: 'Error' } };

  test('that crashes once is started again before the rollout counts as failed', () => {
    const rollout = rolloutOf([podLike({ state: ended })]);
    expect(judgeAfter(rollout, 14).state).toBe('waiting');
    expect(judgeAfter(rollout, 15).state).toBe('failed');
  });

  test('that crashes again fails the rollout at once', () => {
    const pod = podLike({ restarts: 1, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended });
    expect(only(rolloutOf([pod]))).toEqual({
      code: 'crash',
      where: 'pod/churn-new-1',
      pod: 'churn-new-1',
      container: 'model',
      what: 'the container ended with exit code 3, 2 times',
      remedy: 'read the log below; the same image starts with "docker run --read-only --tmpfs /tmp --cap-drop ALL <image>"',
      graceSeconds: 0,
    });
  });

  test('that needs too much memory fails with its limit', () => {
    const pod = podLike({ restarts: 1, state: { running: {} }, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } });
    expect(only(rolloutOf([pod]))).toMatchObject({
      code: 'out-of-memory',
      what: 'the container needed more memory than its limit of 512Mi and was killed (OOMKilled)',
      remedy: 'raise deploy.resources.memory in model-service.yaml, or load a smaller model',
    });
  });

  test('whose Secret is missing waits a little for it', () => {
    const pod = podLike({ state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "churn-token" not found' } } });
    expect(only(rolloutOf([pod]))).toEqual({
      code: 'reference-missing',
      where: 'pod/churn-new-1',
      what: 'the container cannot be created (CreateContainerConfigError): secret "churn-token" not found',
      remedy: 'create the Secret with this key in the namespace, or mend deploy.secrets in model-service.yaml',
      graceSeconds: 20,
    });
  });
});

describe('/health', () => {
  const probing = podEvent('Unhealthy', 'Startup probe failed: HTTP probe failed with statuscode: 503');
  const pod = podLike({ state: { running: {} } });
  const refusal = (code: string) =>
    JSON.stringify({ status: 'unavailable', reason: { code, what: 'churn_model.pkl is not the trained file' } });

  test('that says the model is loading is waited for', () => {
    const rollout = rolloutOf([pod], { events: [probing], health: new Map([['churn-new-1', { status: 503, text: refusal('loading') }]]) });
    expect(judgeAfter(rollout, 9999).state).toBe('waiting');
  });

  test('that refuses the model fails the rollout at once, with its reason', () => {
    const text = refusal('model-hash');
    const rollout = rolloutOf([pod], { events: [probing], health: new Map([['churn-new-1', { status: 503, text }]]) });
    expect(judgeAfter(rollout, 0)).toEqual({
      state: 'failed',
      because: {
        code: 'not-healthy',
        where: 'pod/churn-new-1',
        pod: 'churn-new-1',
        what: 'GET /health answers 503: model-hash: churn_model.pkl is not the trained file',
        remedy: '/health names the reason; for a slow model raise model.loadBudgetSeconds, for another one train and build again',
        graceSeconds: 0,
      },
    });
  });

  test('that cannot be asked is told as the probe saw it', () => {
    expect(judgeAfter(rolloutOf([pod], { events: [probing] }), 0)).toMatchObject({
      because: 'pod/churn-new-1: Startup probe failed: HTTP probe failed with statuscode: 503',
    });
  });

  test('that answers 200 is no cause, though a probe before it failed', () => {
    const rollout = rolloutOf([pod], {
      events: [probing],
      health: new Map([['churn-new-1', { status: 200, text: '{"status":"ready"}' }]]),
    });
    expect(judgeAfter(rollout, 0)).toMatchObject({ state: 'waiting', causes: [] });
  });

  test('that outlives the load budget fails the rollout', () => {
    const killing = podEvent('Killing', 'Container model failed startup probe, will be restarted');
    expect(only(rolloutOf([pod], { events: [probing, killing] }))).toMatchObject({
      code: 'not-healthy',
      what: 'not ready within its load budget, so it was restarted; GET /health answered nothing',
      graceSeconds: 0,
    });
  });
});

describe('a pod without a node', () => {
  const message =
    '0/1 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/1 nodes are available.';
  const pod = podLike({ unschedulable: message, requests: { 'nvidia.com/gpu': '4' } });

  test.each([
    [
      [nodeOffering('lab', { 'nvidia.com/gpu': '2' })],
      'asks for nvidia.com/gpu: 4, the most that a node has is 2 (node lab, 1 node seen)',
      ['node lab (1 node): 2 nvidia.com/gpu of 4 asked'],
    ],
    [
      [nodeOffering('a', {}), nodeOffering('b', {})],
      'asks for nvidia.com/gpu: 4, no node offers it (2 nodes seen)',
      ['node a (1 node): no nvidia.com/gpu of 4 asked', 'node b (1 node): no nvidia.com/gpu of 4 asked'],
    ],
    [
      [nodeOffering('lab', { 'nvidia.com/gpu': '8' })],
      'asks for nvidia.com/gpu: 4, which node lab has (8), but other pods hold it',
      ['node lab (1 node): room for what is asked, but other pods hold it'],
    ],
  ])('is told what it asks for beside what the nodes have', (nodes, text, details) => {
    expect(only(rolloutOf([pod], { nodes }))).toEqual({
      code: 'unschedulable',
      where: 'pod/churn-new-1',
      what: `${text}; 0/1 nodes are available: 1 Insufficient nvidia.com/gpu`,
      remedy: 'lower deploy.gpus in model-service.yaml, free GPUs, or check the device plugin of the nodes',
      graceSeconds: 15,
      details,
    });
  });

  test('is told which labels keep it from a pool of nodes, and whether it waits for devices that it claims', () => {
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'nvidia.com/gpu.memory', operator: 'Gt', values: ['40000'] }] }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    const detailsOf = (spec: object) =>
      only(rolloutOf([{ ...pod, spec: { ...pod.spec, ...spec } }], { nodes: [nodeOffering('lab', { 'nvidia.com/gpu': '8' })] }))?.details;
    expect(detailsOf({ affinity })).toEqual([
      'node lab (1 node): the node affinity asks for nvidia.com/gpu.memory Gt 40000, which is not set',
    ]);
    expect(detailsOf({ resourceClaims: [{ name: 'gpu' }] })).toEqual(['node lab (1 node): no free device that its claim takes']);
  });

  test('waits while an old pod that holds its GPU is leaving', () => {
    const rollout = rolloutOf([pod, podLike({ age: 'old', name: 'churn-old-1', leaving: true })]);
    expect(judgeAfter(rollout, 9999).state).toBe('waiting');
  });

  test.each(['TriggeredScaleUp', 'Nominated'])('waits while an autoscaler adds a node (%s)', (reason) => {
    expect(judgeAfter(rolloutOf([pod], { events: [podEvent(reason, 'a node comes')] }), 9999).state).toBe('waiting');
  });

  test('waits for a word of an autoscaler that may add a node, less for one that nobody could see, and least for none', () => {
    const { growth: _seen, ...unseen } = rolloutOf([pod]);
    const refused = [podEvent('NotTriggerScaleUp', "pod didn't trigger scale-up: 1 max node group size reached")];
    const growth = ["Karpenter's gpu"];
    const rollouts = [rolloutOf([pod], { growth }), unseen, rolloutOf([pod]), rolloutOf([pod], { growth, events: refused })];
    expect(rollouts.map((rollout) => only(rollout)?.graceSeconds)).toEqual([60, 30, 15, 15]);
    expect(only(rolloutOf([pod], { growth }))?.details).toEqual(["an autoscaler may add nodes: Karpenter's gpu"]);
  });

  test('is not told of devices on nodes that do not take it', () => {
    const lab = { ...nodeOffering('lab', { 'nvidia.com/gpu': '8' }), spec: { taints: [{ key: 'team', effect: 'NoSchedule' }] } };
    const nodes = [lab, nodeOffering('small', { 'nvidia.com/gpu': '2' })];
    expect(only(rolloutOf([pod], { nodes }))?.what).toMatch(
      /^asks for nvidia\.com\/gpu: 4, the most that a node has is 2 \(node small, 2 nodes seen, 1 of them open to the pod\);/,
    );
  });

  test('is told which claim is missing', () => {
    const gone = podLike({ unschedulable: '0/5 nodes are available: persistentvolumeclaim "models" not found. not found' });
    expect(only(rolloutOf([gone]))).toMatchObject({
      code: 'volume',
      what: '0/5 nodes are available: persistentvolumeclaim "models" not found',
      remedy: 'create the claim "models" in the namespace, or mend model.source.pvc in model-service.yaml',
    });
  });
});

describe('pods that are not created', () => {
  const failing = (message: string) => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
    return rolloutOf([], { replicaSets: [replicaSet('new', { conditions })] });
  };

  test.each([
    [
      'failed quota: team: must specify limits.cpu for: model',
      'quota',
      0,
      /^the quota counts what the pods do not name: set it in deploy\.resources/,
    ],
    ['no PriorityClass with name serving was found', 'pod-not-created', 30, /^create the PriorityClass, or mend deploy\.priorityClass/],
    ['pod rejected: RuntimeClass "nvidia" not found', 'pod-not-created', 30, /^install what makes the RuntimeClass/],
    ['error looking up service account ml/churn: serviceaccount "churn" not found', 'pod-not-created', 30, /deploy again$/],
    [
      'maximum memory usage per Container is 256Mi, but limit is 512Mi',
      'admission-denied',
      0,
      /^a LimitRange of the namespace sets these bounds/,
    ],
    [
      'cpu max limit to request ratio per Container is 2, but provided ratio is 20.000000',
      'admission-denied',
      0,
      /^a LimitRange of the namespace sets these bounds/,
    ],
    ['admission webhook "x" denied the request: not found in the list', 'admission-denied', 0, /^the policy of the namespace refuses/],
  ])('because of "%s" are told what to do', (message, code, graceSeconds, remedy) => {
    const found = only(failing(`pods "churn-new-1" is forbidden: ${message}`));
    expect(found).toMatchObject({ code, graceSeconds, remedy: expect.stringMatching(remedy) });
  });

  test('because a default limit is below their request are told where the limit comes from', () => {
    const invalid = 'spec.containers[0].resources.requests: Invalid value: "500m": must be less than or equal to cpu limit of 10m';
    expect(only(failing(`Pod "churn-new-1" is invalid: ${invalid}`))).toMatchObject({
      code: 'admission-denied',
      graceSeconds: 0,
      remedy: expect.stringMatching(/^a LimitRange of the namespace gives the pods a default limit .* set deploy\.resources\.cpuLimit/),
    });
  });

  test('for want of quota get a grace', () => {
    expect(only(failing('pods "churn-new-1" is forbidden: exceeded quota: gpus'))).toMatchObject({ code: 'quota', graceSeconds: 30 });
  });

  test('against a policy fail at once', () => {
    expect(only(failing('pods "churn-new-1" is forbidden: violates PodSecurity "restricted:latest"'))).toMatchObject({
      code: 'admission-denied',
      where: 'replicaset/churn-new',
      graceSeconds: 0,
    });
  });
});

test('the controller giving up is the cause when no other is known', () => {
  const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
  expect(only(rolloutOf([], { deployment: deploymentWith({ conditions }) }))).toMatchObject({
    code: 'deadline',
    what: 'no progress for 360 s',
  });
});

test('a verdict never turns from failed to waiting as time passes', () => {
  const reasons = ['ErrImagePull', 'ImagePullBackOff', 'CrashLoopBackOff', 'CreateContainerConfigError', 'ContainerCreating'];
  const anyPod = fc.record({ reason: fc.constantFrom(...reasons), message: fc.string(), restarts: fc.nat(3), exitCode: fc.nat(255) });
  fc.assert(
    fc.property(anyPod, fc.nat(100), fc.nat(100), ({ reason, message, restarts, exitCode }, first, more) => {
      const lastState = restarts > 0 ? { terminated: { exitCode } } : {};
      const rollout = rolloutOf([podLike({ state: { waiting: { reason, message } }, restarts, lastState })]);
      if (judgeAfter(rollout, first).state === 'failed') expect(judgeAfter(rollout, first + more).state).toBe('failed');
    }),
  );
});

test('progress counts the new pods alone', () => {
  const pods = [podLike({ ready: true }), podLike({ age: 'old', name: 'churn-old-1', ready: true })];
  expect(progressOf(rolloutOf(pods, { deployment: deploymentWith({ replicas: 2, updatedReplicas: 1 }, 2) }))).toBe(
    '1/2 ready, 1 old to stop',
  );
});

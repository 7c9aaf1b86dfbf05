import { describe, expect, test } from 'vitest';
import type { ContainerStatus, LivePod } from '../kube/index.ts';
import { deploymentWith, nodeOffering, podEvent, podLike, replicaSet, rolloutOf } from '../testing/rollouts.ts';
import { findCauses, judgeRollout, noteCauses, type Rollout, type Sightings } from './index.ts';

/** What a rollout is called at each of these moments, seconds after it began. */
function verdicts(states: readonly (readonly [number, Rollout])[]): string[] {
  let sightings: Sightings = new Map();
  return states.map(([second, rollout]) => {
    sightings = noteCauses(rollout, sightings, second * 1000);
    const readiness = judgeRollout(rollout, sightings, second * 1000);
    if (readiness.state === 'ready') return `${second} s: ready`;
    if (readiness.state === 'failed') return `${second} s: failed, ${readiness.because.code}`;
    return `${second} s: waiting${readiness.causes.map((cause) => `, ${cause.code}`).join('')}`;
  });
}

const DONE = { deployment: deploymentWith({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 }) };
const ready = rolloutOf([podLike({ ready: true, state: { running: {} } })], DONE);
const creating = rolloutOf([podLike({ state: { waiting: { reason: 'ContainerCreating' } } })]);
const waiting = (reason: string, message: string) => rolloutOf([podLike({ state: { waiting: { reason, message } } })]);

/** A pod with more in its status than a sketch says. */
const withStatus = (pod: LivePod, status: LivePod['status'], spec: LivePod['spec'] = pod.spec): LivePod => ({
  ...pod,
  ...(spec ? { spec: { ...spec, nodeName: 'node-1' } } : {}),
  status: { ...pod.status, ...status },
});

const only = (rollout: Rollout) => {
  const [cause, ...others] = findCauses(rollout);
  expect(others).toEqual([]);
  return cause;
};

describe('a sequence of pod states', () => {
  test('a registry that is away for a while is forgiven', () => {
    const away = 'failed to pull and unpack image "churn:2": dial tcp 10.0.0.1:443: i/o timeout';
    const states = [
      [0, creating],
      [5, waiting('ErrImagePull', away)],
      [20, waiting('ImagePullBackOff', `Back-off pulling image "churn:2": ErrImagePull: ${away}`)],
      [33, creating],
      [40, ready],
    ] as const;
    expect(verdicts(states)).toEqual([
      '0 s: waiting',
      '5 s: waiting, image-pull',
      '20 s: waiting, image-pull',
      '33 s: waiting',
      '40 s: ready',
    ]);
  });

  test('a registry that stays away ends the rollout, and one that limits requests is no missing image', () => {
    const limited = waiting('ErrImagePull', 'toomanyrequests: You have reached your unauthenticated pull rate limit');
    expect(
      verdicts([
        [0, limited],
        [29, limited],
        [31, limited],
      ]),
    ).toEqual(['0 s: waiting, image-pull', '29 s: waiting, image-pull', '31 s: failed, image-pull']);
    const missing = 'Back-off pulling image "churn:2": ErrImagePull: rpc error: code = NotFound desc = churn:2: not found';
    expect(verdicts([[0, waiting('ImagePullBackOff', missing)]])).toEqual(['0 s: failed, image-pull']);
  });

  test.each([
    ['pull access denied, repository does not exist or may require authorization', /kubectl -n ml patch serviceaccount/],
    ['no match for platform in manifest: not found', /^build the image for the platform of the nodes/],
    ['toomanyrequests: You have reached your pull rate limit', /^wait, or let the nodes sign in/],
    ['dial tcp 10.0.0.1:443: i/o timeout', /^push the image, load it into the local cluster/],
  ])('an image that is refused with "%s" has its own remedy', (message, remedy) => {
    expect(only(waiting('ErrImagePull', message))?.remedy).toMatch(remedy);
  });

  test.each([
    ['secret "churn-token" not found', /^create the Secret with this key/],
    ['configmap "churn" not found', /^a deploy makes the ConfigMap of a service: deploy again/],
  ])('what is missing is told by its kind: %s', (message, remedy) => {
    expect(only(waiting('CreateContainerConfigError', message))).toMatchObject({
      code: 'reference-missing',
      remedy: expect.stringMatching(remedy),
    });
  });

  test.each([
    [
      'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.6, please update your driver',
      /^the driver of the node is older than the CUDA/,
    ],
    ['nvidia-container-cli: initialization error: nvml error: driver not loaded', /^the NVIDIA container toolkit of the node/],
    ['container has runAsNonRoot and image will run as root', /^the image runs as root/],
  ])('a container that the node cannot start is told what to do: %s', (message, remedy) => {
    expect(only(waiting('RunContainerError', message))?.remedy).toMatch(remedy);
    const lastState = { terminated: { exitCode: 128, reason: 'StartError', message } };
    const restarted = rolloutOf([podLike({ state: { waiting: { reason: 'CrashLoopBackOff' } }, restarts: 1, lastState })]);
    expect(only(restarted)).toMatchObject({ code: 'crash', remedy: expect.stringMatching(remedy) });
  });

  test('a container that somebody has added to the pods is named', () => {
    const proxy = { name: 'istio-proxy', ready: false, restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } };
    const pod = withStatus(podLike({ ready: true }), {
      containerStatuses: [
        { name: 'model', ready: true, restartCount: 0 },
        { ...proxy, lastState: { terminated: { exitCode: 1 } } },
      ],
    });
    expect(only(rolloutOf([pod]))).toMatchObject({
      code: 'crash',
      what: 'container "istio-proxy" ended with exit code 1, 3 times',
      remedy: 'it is none of the service: see who adds it to the pods (a mesh, an agent), and its log below',
      container: 'istio-proxy',
    });
  });

  test('a first crash is forgiven, a loop is not', () => {
    const crashed = rolloutOf([podLike({ state: { terminated: { exitCode: 1, reason: 'Error' } } })]);
    const again = rolloutOf([
      podLike({ restarts: 1, state: { running: {} }, lastState: { terminated: { exitCode: 1, reason: 'Error' } } }),
    ]);
    const looping = rolloutOf([
      podLike({
        restarts: 2,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      }),
    ]);
    expect(
      verdicts([
        [2, crashed],
        [4, again],
        [9, ready],
      ]),
    ).toEqual(['2 s: waiting, crash', '4 s: waiting', '9 s: ready']);
    expect(
      verdicts([
        [2, crashed],
        [4, again],
        [9, looping],
      ]),
    ).toEqual(['2 s: waiting, crash', '4 s: waiting', '9 s: failed, crash']);
  });

  test('no room on the nodes is forgiven while an old pod leaves', () => {
    const pending = podLike({
      unschedulable: '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.',
      requests: { 'nvidia.com/gpu': '1' },
    });
    const leaving = podLike({ age: 'old', name: 'churn-old-1', leaving: true });
    expect(
      verdicts([
        [1, rolloutOf([pending, leaving])],
        [29, rolloutOf([pending, leaving])],
        [35, ready],
      ]),
    ).toEqual(['1 s: waiting, unschedulable', '29 s: waiting, unschedulable', '35 s: ready']);
  });
});

describe('a pod that has a node', () => {
  const pod = withStatus(podLike({ state: { waiting: { reason: 'ContainerCreating' } } }), {});

  test.each([
    [
      'FailedMount',
      'MountVolume.SetUp failed for volume "model" : secret "churn-model" not found',
      'reference-missing',
      'a volume cannot be mounted: MountVolume.SetUp failed for volume "model" : secret "churn-model" not found',
      20,
    ],
    [
      'FailedAttachVolume',
      'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) churn-old-1',
      'volume',
      'a volume cannot be used (FailedAttachVolume): Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) churn-old-1',
      60,
    ],
    [
      'FailedCreatePodSandBox',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox',
      'sandbox',
      'the node cannot set the pod up (FailedCreatePodSandBox): Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox',
      60,
    ],
  ])('and does not start is told why: %s', (reason, message, code, what, graceSeconds) => {
    expect(only(rolloutOf([pod], { events: [podEvent(reason, message)] }))).toMatchObject({ code, what, graceSeconds });
  });

  test('and starts in the end is told of no volume any more', () => {
    const running = withStatus(podLike({ state: { running: {} } }), {});
    expect(findCauses(rolloutOf([running], { events: [podEvent('FailedMount', 'timed out')] }))).toEqual([]);
  });

  test('and whose node is lost says so', () => {
    const lost = withStatus(podLike({ ready: true, state: { running: {} } }), { conditions: [{ type: 'Ready', status: 'False' }] });
    expect(only(rolloutOf([lost], { events: [podEvent('NodeNotReady', 'Node is not ready')] }))).toMatchObject({
      code: 'node-lost',
      what: 'node node-1 does not answer any more; its pods are moved to other nodes after about five minutes',
      graceSeconds: Number.POSITIVE_INFINITY,
    });
  });

  const evicted = (name: string) =>
    withStatus(podLike({ name }), {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.',
      containerStatuses: [],
    });

  test('and is evicted is replaced; so many evictions end the rollout', () => {
    expect(only(rolloutOf([evicted('churn-new-1')]))).toMatchObject({
      code: 'evicted',
      what: 'node node-1 threw the pod out (Evicted): The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.',
      graceSeconds: Number.POSITIVE_INFINITY,
    });
    const often = rolloutOf(['churn-new-1', 'churn-new-2', 'churn-new-3'].map(evicted));
    expect(
      verdicts([
        [1, often],
        [20, often],
      ]),
    ).toEqual(['1 s: waiting, evicted', '20 s: failed, evicted']);
  });

  test('that a node does not let in names the device that is missing', () => {
    const message = 'Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested: 1, Available: 0';
    const rejected = withStatus(podLike(), { phase: 'Failed', reason: 'UnexpectedAdmissionError', message, containerStatuses: [] });
    expect(only(rolloutOf([rejected]))).toMatchObject({
      code: 'rejected-by-node',
      what: `node node-1 did not run the pod (UnexpectedAdmissionError): ${message}`,
    });
  });

  test('an evicted pod does not keep the others from being ready', () => {
    const rollout = rolloutOf([evicted('churn-new-0'), podLike({ ready: true, state: { running: {} } })], DONE);
    expect(verdicts([[3, rollout]])).toEqual(['3 s: ready']);
  });
});

describe('an init container', () => {
  const initStatus = (status: Partial<ContainerStatus>): LivePod =>
    withStatus(podLike({ state: { waiting: { reason: 'PodInitializing' } } }), {
      initContainerStatuses: [{ name: 'fetch', ready: false, restartCount: 0, ...status }],
    });

  test('that ends with an error is the cause, with its own log', () => {
    const ended = { terminated: { exitCode: 7, reason: 'Error' } };
    expect(
      only(rolloutOf([initStatus({ restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended })])),
    ).toMatchObject({
      code: 'init-error',
      what: 'init container "fetch": the container ended with exit code 7, 3 times',
      pod: 'churn-new-1',
      container: 'fetch',
      graceSeconds: 0,
    });
  });

  test('that is done is no cause', () => {
    expect(findCauses(rolloutOf([initStatus({ state: { terminated: { exitCode: 0, reason: 'Completed' } } })]))).toEqual([]);
  });
});

describe('a probe', () => {
  test('of liveness that fails is told instead of the exit code it leads to', () => {
    const pod = podLike({ restarts: 1, state: { running: {} }, lastState: { terminated: { exitCode: 137, reason: 'Error' } } });
    const events = [
      podEvent('Unhealthy', 'Liveness probe failed: Get "http://10.0.0.7:8080/livez": context deadline exceeded'),
      podEvent('Killing', 'Container model failed liveness probe, will be restarted'),
    ];
    expect(only(rolloutOf([pod], { events }))).toMatchObject({
      code: 'not-healthy',
      what: 'its liveness probe failed, so it was restarted: Liveness probe failed: Get "http://10.0.0.7:8080/livez": context deadline exceeded',
      graceSeconds: 15,
    });
  });
});

describe('a pod that no node takes', () => {
  test('is told the reason of each pool', () => {
    const node = (name: string, pool: string, gpus: string, taints: { key: string; value: string; effect: string }[] = []) => {
      const one = nodeOffering(name, { 'nvidia.com/gpu': gpus });
      return { ...one, metadata: { name, labels: { 'cloud.google.com/gke-nodepool': pool } }, spec: { taints } };
    };
    const spot = [{ key: 'spot', value: 'true', effect: 'NoSchedule' }];
    const nodes = [node('a', 'a100', '1'), node('b', 'a100', '1'), node('c', 'spot', '8', spot), node('d', 'cpu', '0')];
    const pod = podLike({ unschedulable: '0/4 nodes are available: 3 Insufficient nvidia.com/gpu.', requests: { 'nvidia.com/gpu': '2' } });
    expect(only(rolloutOf([pod], { nodes }))?.details).toEqual([
      'node pool a100 (2 nodes): 1 nvidia.com/gpu of 2 asked',
      'node pool cpu (1 node): 0 nvidia.com/gpu of 2 asked',
      'node pool spot (1 node): taint spot=true:NoSchedule is not tolerated',
    ]);
  });

  test('for want of a volume is told so', () => {
    const message = '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found';
    expect(only(rolloutOf([podLike({ unschedulable: message })]))).toMatchObject({ code: 'volume', graceSeconds: 60 });
  });

  test('because a queue holds it back is waited for', () => {
    const gated = withStatus(podLike(), {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      containerStatuses: [],
    });
    const pod = { ...gated, spec: { ...gated.spec, schedulingGates: [{ name: 'kueue.x-k8s.io/admission' }] } } as LivePod;
    expect(only(rolloutOf([pod]))).toMatchObject({
      code: 'scheduling-gated',
      what: 'the pod is held back from the scheduler by kueue.x-k8s.io/admission',
      graceSeconds: Number.POSITIVE_INFINITY,
    });
  });
});

describe('a Deployment', () => {
  test('that is paused says so', () => {
    const { spec, ...deployment } = deploymentWith();
    expect(only(rolloutOf([], { deployment: { ...deployment, spec: { ...spec, paused: true } } }))).toMatchObject({
      code: 'paused',
      remedy: 'kubectl -n ml rollout resume deployment/churn',
    });
  });

  test('whose controller has no right yet, as the API server has just started, is given time', () => {
    const message =
      'pods is forbidden: User "system:serviceaccount:kube-system:replicaset-controller" cannot create resource "pods" in API group "" in the namespace "ml"';
    const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
    expect(only(rolloutOf([], { replicaSets: [replicaSet('new', { conditions })] }))).toMatchObject({
      code: 'pod-not-created',
      graceSeconds: 30,
    });
  });

  test('whose ReplicaSet is refused says why', () => {
    const message = 'admission webhook "images.example.com" denied the request: the image is not signed';
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message }];
    const rollout = rolloutOf([], { deployment: deploymentWith({ conditions }), replicaSets: [replicaSet('old')] });
    expect(only(rollout)).toMatchObject({ code: 'admission-denied', where: 'deployment/churn', what: message, graceSeconds: 0 });
  });
});

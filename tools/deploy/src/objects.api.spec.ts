import { type DeploySource, formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import { destroyService } from './destroy.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { withKind } from './testing/crds.ts';
import { kubectl } from './testing/kubectl.ts';
import { withRelay } from './testing/relay.ts';

/** All that a cluster without add-ons has a kind for. */
const FULL: DeploySource = {
  autoscaling: { minReplicas: 2, maxReplicas: 5, memoryPercent: 70, scaleDownStabilizationSeconds: 60 },
  disruption: { maxUnavailable: '50%' },
  rollout: { maxSurge: '50%' },
  network: { from: [{ namespace: 'shop' }, { cidr: '10.0.0.0/8' }] },
  ingress: { host: 'churn.example', path: '/churn', tlsSecret: 'churn-tls' },
  tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }],
  pod: { labels: { 'acme.example/team': 'risk' } },
  workload: { annotations: { 'acme.example/cost': '42' } },
};
const KINDS =
  'deployments,services,configmaps,serviceaccounts,horizontalpodautoscalers,poddisruptionbudgets,networkpolicies,ingresses,resourceclaimtemplates';

const namesOf = async (namespace: string) =>
  (await kubectl(['-n', namespace, 'get', KINDS, '-l', 'app.kubernetes.io/part-of=model-services', '-o', 'name'])).trim().split('\n');
const replicasOf = async (namespace: string) =>
  Number(await kubectl(['-n', namespace, 'get', 'deployment', 'churn', '-o', 'jsonpath={.spec.replicas}']));
const actionsOf = (outcome: Awaited<ReturnType<typeof deployService>>) =>
  outcome.plan.changes.filter((change) => change.action !== 'keep').map((change) => `${change.action} ${change.object.kind}`);

test('a service with every object that a bare cluster knows is deployed, deployed again without a write, and destroyed', async () => {
  const request = requestFor('full', { deploy: FULL });
  const first = await deployService(request, recordingWorld());
  expect(first).toMatchObject({ outcome: 'deployed', pods: { length: 2 } });
  expect(await namesOf('full')).toEqual([
    'deployment.apps/churn',
    'service/churn',
    'configmap/churn',
    'serviceaccount/churn',
    'horizontalpodautoscaler.autoscaling/churn',
    'poddisruptionbudget.policy/churn',
    'networkpolicy.networking.k8s.io/churn',
    'ingress.networking.k8s.io/churn',
  ]);
  await withRelay(async (kubeconfig, passed) => {
    expect(actionsOf(await deployService({ ...request, kubeconfigs: [kubeconfig] }, recordingWorld()))).toEqual([]);
    expect(passed.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/selfsubjectrulesreviews'))).toEqual([]);
  });
  await destroyService({ ...request, yes: false }, recordingWorld());
  expect(await namesOf('full')).toEqual(['']);
});

test('replicas go from the spec to an autoscaler and back, and never through 1', async () => {
  const fixed = requestFor('scaled', { deploy: { replicas: 3 } });
  const scaled = requestFor('scaled', { deploy: { autoscaling: { minReplicas: 2, maxReplicas: 6 } } });
  await deployService(fixed, recordingWorld());
  expect(actionsOf(await deployService(scaled, recordingWorld()))).toEqual(['update Deployment', 'create HorizontalPodAutoscaler']);
  expect(await replicasOf('scaled')).toBe(3);
  await kubectl(['-n', 'scaled', 'scale', 'deployment', 'churn', '--replicas=5']);
  expect(actionsOf(await deployService(scaled, recordingWorld()))).toEqual([]);
  expect(await replicasOf('scaled')).toBe(5);
  const world = recordingWorld();
  expect(actionsOf(await deployService(requestFor('scaled', { deploy: { replicas: 4 } }), world))).toEqual([
    'update Deployment',
    'delete HorizontalPodAutoscaler',
  ]);
  const order = world.events.flatMap((event) =>
    event.type === 'applied' || event.type === 'deleted' ? [`${event.type} ${event.object}`] : [],
  );
  expect(order).toEqual(['deleted horizontalpodautoscaler/churn', 'applied deployment/churn']);
  expect(await replicasOf('scaled')).toBe(4);
  expect(actionsOf(await deployService(requestFor('scaled', { deploy: { replicas: 4 } }), recordingWorld()))).toEqual([]);
});

test('replicas that come back from an autoscaler as they are can be changed after that', async () => {
  const fixed = (replicas: number) => requestFor('scaled-back', { deploy: { replicas } });
  await deployService(fixed(2), recordingWorld());
  await deployService(requestFor('scaled-back', { deploy: { autoscaling: { minReplicas: 2, maxReplicas: 6 } } }), recordingWorld());
  await deployService(fixed(2), recordingWorld());
  await deployService(fixed(3), recordingWorld());
  expect(await replicasOf('scaled-back')).toBe(3);
});

test('a service without pods gets its fewest when an autoscaler takes over, which would let it sleep for ever', async () => {
  const scaled = requestFor('asleep', { deploy: { autoscaling: { minReplicas: 2, maxReplicas: 6 } } });
  await deployService(requestFor('asleep', { deploy: { replicas: 0 } }), recordingWorld());
  expect(await deployService(scaled, recordingWorld())).toMatchObject({ pods: { length: 2 } });
  expect(await replicasOf('asleep')).toBe(2);
  expect(actionsOf(await deployService(scaled, recordingWorld()))).toEqual([]);
});

test('a service that was put to sleep by hand is left asleep, and the deploy says how to wake it', async () => {
  const request = requestFor('sleeper', { deploy: { autoscaling: { minReplicas: 2, maxReplicas: 6 } } });
  await deployService(request, recordingWorld());
  await kubectl(['-n', 'sleeper', 'scale', 'deployment', 'churn', '--replicas=0']);
  const world = recordingWorld();
  expect(await deployService(request, world)).toMatchObject({ pods: [] });
  expect(await replicasOf('sleeper')).toBe(0);
  expect(world.events.find(({ type }) => type === 'not-verified')).toMatchObject({ because: expect.stringContaining('scaled to 0') });
});

test('text that YAML would fold or refuse reaches the cluster as it is written', async () => {
  const text = 'one\u2028  two\u0085three\u007f';
  const request = requestFor('folded', { deploy: { env: { TEXT: text }, pod: { annotations: { 'acme.example/text': text } } } });
  await deployService(request, recordingWorld());
  const of = async (object: string, path: string) => kubectl(['-n', 'folded', 'get', object, 'churn', '-o', `jsonpath={${path}}`]);
  expect(await of('configmap', '.data.TEXT')).toBe(text);
  expect(await of('deployment', '.spec.template.metadata.annotations.acme\\.example/text')).toBe(text);
});

test('replicas are left to an autoscaler that somebody else has', async () => {
  const request = requestFor('external', { deploy: { autoscaling: { managedBy: 'external', minReplicas: 1, maxReplicas: 6 } } });
  await deployService(requestFor('external', { deploy: { replicas: 2 } }), recordingWorld());
  await deployService(request, recordingWorld());
  expect(await replicasOf('external')).toBe(2);
  await kubectl(['-n', 'external', 'scale', 'deployment', 'churn', '--replicas=4']);
  expect(actionsOf(await deployService({ ...request, image: { ref: 'churn:2' } }, recordingWorld()))).toEqual(['update Deployment']);
  expect(await replicasOf('external')).toBe(4);
});

test('a route that the cluster has no kind for is refused before anything is sent', async () => {
  const error = await problemsOf(deployService(requestFor('routeless', { deploy: { route: { gateway: 'public' } } }), recordingWorld()));
  expect(formatProblems(error.problems)).toBe(
    `missing-kind  httproute/churn: the cluster of context "modelyard-test" has no kind HTTPRoute (gateway.networking.k8s.io/v1)
          install the Gateway API, or take deploy.route out of model-service.yaml (deploy.ingress does without)`,
  );
  expect(error.exit).toBe('preflight');
  await expect(kubectl(['get', 'namespace', 'routeless'])).rejects.toThrow('not found');
});

test('a ServiceMonitor is left out with a note, made where its kind is, and deleted when it is switched off', async () => {
  const request = requestFor('watched', {
    deploy: { monitoring: { labels: { release: 'prometheus' } }, route: { enabled: false, gateway: 'public' } },
  });
  const world = recordingWorld();
  await deployService(request, world);
  expect(world.events.filter((event) => event.type === 'noted')).toEqual([
    {
      type: 'noted',
      code: 'left-out',
      what: 'servicemonitor/churn is left out: the cluster of context "modelyard-test" has no kind ServiceMonitor (monitoring.coreos.com/v1)',
      remedy: 'install the Prometheus operator to have it, or switch deploy.monitoring off',
    },
  ]);
  await withKind('monitoring.coreos.com', 'ServiceMonitor', 'servicemonitors', async () => {
    expect(actionsOf(await deployService(request, recordingWorld()))).toEqual(['create ServiceMonitor']);
    expect(actionsOf(await deployService(request, recordingWorld()))).toEqual([]);
    const off = requestFor('watched', { deploy: { monitoring: { enabled: false } } });
    expect(actionsOf(await deployService(off, recordingWorld()))).toEqual(['delete ServiceMonitor']);
    await kubectl(['-n', 'watched', 'wait', '--for=delete', 'servicemonitor/churn', '--timeout=20s']);
    expect(actionsOf(await deployService(request, recordingWorld()))).toEqual(['create ServiceMonitor']);
  });
  // The books still name the kind that is gone by now, and so does the revision that is gone back to.
  const failing = { ...request, image: { ref: 'simulate-crash:2' } };
  expect((await problemsOf(deployService(failing, recordingWorld()))).exit).toBe('rolledBack');
  expect(actionsOf(await deployService(request, recordingWorld()))).toEqual([]);
});

test('a route is made where its kind is, and gives way to an Ingress', async () => {
  await withKind('gateway.networking.k8s.io', 'HTTPRoute', 'httproutes', async () => {
    const routed = requestFor('routed', { deploy: { route: { gateway: 'public', host: 'churn.example' } } });
    expect(actionsOf(await deployService(routed, recordingWorld()))).toContain('create HTTPRoute');
    const [host] = JSON.parse(await kubectl(['-n', 'routed', 'get', 'httproute', 'churn', '-o', 'jsonpath={.spec.hostnames}']));
    expect(host).toBe('churn.example');
    const entered = requestFor('routed', { deploy: { ingress: { host: 'churn.example' } } });
    expect(actionsOf(await deployService(entered, recordingWorld()))).toEqual(['create Ingress', 'delete HTTPRoute']);
  });
});

test('claimed GPUs bring a claim template, and other GPUs another one in its place', async () => {
  const claim = (memoryMiB: number) => requestFor('claimed', { deploy: { replicas: 0, gpus: 1, gpu: { claim: 'dra', memoryMiB } } });
  const templates = async () => (await namesOf('claimed')).filter((name) => name.startsWith('resourceclaimtemplate'));
  await deployService(claim(20_000), recordingWorld());
  const before = await templates();
  await deployService(claim(40_000), recordingWorld());
  const after = await templates();
  expect([before.length, after.length]).toEqual([1, 1]);
  expect(after).not.toEqual(before);
});

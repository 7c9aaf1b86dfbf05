import { fail } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployServices, failureOf } from './deploy-many.ts';
import { diffService } from './diff-service.ts';
import { readHistory } from './history-service.ts';
import { readLogs } from './logs.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { kubectl } from './testing/kubectl.ts';
import { withRelay } from './testing/relay.ts';
import { standingOf } from './testing/standing.ts';

const serviceFor = (namespace: string, name: string, image = `${name}:1`) => ({
  ...requestFor(namespace, { name }, { image: { ref: image, id: `sha256:${image}` } }),
  service: name,
});

test('many services share one connection; one that fails stops none of the others', async () => {
  let opened = 0;
  const world = recordingWorld();
  const connect: typeof world.connect = (access) => {
    opened++;
    return world.connect(access);
  };
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  const requests = names.map((name) => serviceFor('many', name, name === 'two' ? 'simulate-crash:1' : `${name}:1`));
  const outcomes = await deployServices(requests, { ...world, connect }, 6);
  expect(opened).toBe(1);
  expect(outcomes.map(({ service, ok }) => `${service} ${ok}`)).toEqual([
    'one true',
    'two false',
    'three true',
    'four true',
    'five true',
    'six true',
  ]);
  expect(failureOf(outcomes)).toMatchObject({ exit: 'rollout', problems: [{ code: 'crash' }] });
});

test('services that are live cost the server as many requests as one does, and are proved before others are changed', async () => {
  const requests = ['one', 'two', 'three'].map((name) => serviceFor('surveyed', name));
  await deployServices(requests, recordingWorld());
  await withRelay(async (kubeconfig, passed) => {
    const through = requests.map((request) => ({ ...request, kubeconfigs: [kubeconfig] }));
    expect(failureOf(await deployServices(through, recordingWorld()))).toBe(undefined);
    expect(passed.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(passed.length).toBe(9);
    const world = recordingWorld();
    const changed = through.map((request) => (request.service === 'one' ? { ...request, image: { ref: 'one:2' } } : request));
    expect(failureOf(await deployServices(changed, world, 1))).toBe(undefined);
    expect(world.events.flatMap((event) => (event.type === 'deployed' ? [event.service] : []))).toEqual(['two', 'three', 'one']);
  });
});

test('services that change together are looked at together: their locks, what they hold, what is allowed, and their rollouts', async () => {
  const names = ['one', 'two', 'three'];
  await withRelay(async (kubeconfig, passed) => {
    const requests = names.map((name) => ({ ...serviceFor('together', name), kubeconfigs: [kubeconfig] }));
    expect(failureOf(await deployServices(requests, recordingWorld()))).toBe(undefined);
    const asked = passed.map(({ method, path }) => ({ method, url: new URL(path, 'https://server') }));
    const to = (method: string, end: string) => asked.filter((one) => one.method === method && one.url.pathname.endsWith(end));
    const watches = asked.filter(({ url }) => url.searchParams.get('watch') === 'true' && !url.pathname.endsWith('/events'));
    expect([to('POST', '/selfsubjectrulesreviews').length, to('GET', '/leases').length, to('GET', '/serviceaccounts').length]).toEqual([
      1, 1, 2,
    ]);
    expect(to('GET', '.deploy')).toEqual([]);
    expect(new Set(watches.map(({ url }) => url.searchParams.get('labelSelector')))).toEqual(
      new Set(['app.kubernetes.io/instance in (one,two,three),app.kubernetes.io/managed-by=modelyard']),
    );
  });
});

test('what was read ahead is read again when another deploy came in between', async () => {
  const [one, two] = [serviceFor('between', 'one'), serviceFor('between', 'two')];
  const world = recordingWorld();
  const resolveImage = async (ref: string) => {
    if (ref === two.image.ref) await deployServices([serviceFor('between', 'two', 'two:0')], recordingWorld());
    return fail();
  };
  expect(failureOf(await deployServices([one, two], { ...world, resolveImage }, 1))).toBe(undefined);
  const plans = world.events.flatMap((event) => (event.type === 'planned' ? [event.plan] : []));
  expect(plans.map(({ changes }) => changes.map(({ action, object }) => `${action} ${object.kind}`))).toEqual([
    ['create Namespace', 'create ServiceAccount', 'create ConfigMap', 'create Service', 'create NetworkPolicy', 'create Deployment'],
    ['keep ServiceAccount', 'keep ConfigMap', 'keep Service', 'keep NetworkPolicy', 'update Deployment'],
  ]);
  expect(await standingOf(two)).toMatchObject({ isAsWanted: true, serving: 'two:1', revisions: 2 });
});

test('after an interruption no further service begins', async () => {
  const interruption = new AbortController();
  interruption.abort();
  const deploy = (...names: string[]) =>
    deployServices(
      names.map((name) => serviceFor('never', name)),
      { ...recordingWorld(), signal: interruption.signal },
    );
  const what = 'stopped before its deploy began; nothing of it was changed';
  const problem = { code: 'interrupted', what, remedy: 'deploy again' };
  expect(failureOf(await deploy('one'))).toMatchObject({ exit: 'interrupted', problems: [{ ...problem, where: 'one in ns/never' }] });
  expect(failureOf(await deploy('one', 'two', 'three'))?.problems).toEqual([{ ...problem, where: 'one and 2 more' }]);
});

test('a diff shows what a deploy would change, and changes nothing', async () => {
  const request = serviceFor('diffed', 'churn');
  expect((await diffService(request, recordingWorld())).map(({ action, object }) => `${action} ${object}`)).toEqual([
    'create serviceaccount/churn',
    'create configmap/churn',
    'create service/churn',
    'create networkpolicy/churn',
    'create deployment/churn',
  ]);
  await deployServices([request], recordingWorld());
  expect(await diffService(request, recordingWorld())).toEqual([]);
  const next = { ...request, spec: requestFor('diffed', { deploy: { env: { MODE: 'strict' } } }).spec };
  const [config, deployment] = await diffService(next, recordingWorld());
  expect(config?.lines).toContain('+  MODE: strict');
  expect(deployment?.lines.filter((line) => line.startsWith('+'))).toEqual([
    expect.stringMatching(/^\+ {8}modelyard\.dev\/config-hash: [0-9a-f]{64}$/),
  ]);
  expect((await readHistory(request, recordingWorld())).length).toBe(1);
});

test('logs of a service that has no pods are told as such', async () => {
  const error = await problemsOf(
    readLogs({ ...requestFor('silent'), lines: 10, previous: false, follow: false }, recordingWorld(), () => undefined),
  );
  expect(error.problems).toEqual([
    {
      code: 'no-pods',
      where: 'churn in ns/silent',
      what: 'no pod of the service runs there',
      remedy: 'look with "npx modelyard status churn -e test"',
    },
  ]);
});

test('a namespace that is being deleted is told of each of many services that are live in it', async () => {
  const namespace = 'leaving-many';
  const requests = ['one', 'two'].map((name) => {
    const request = serviceFor(namespace, name);
    return { ...request, environment: { ...request.environment, createNamespace: false } };
  });
  await kubectl(['create', 'namespace', namespace]);
  expect(failureOf(await deployServices(requests, recordingWorld()))).toBe(undefined);
  const finalizers = (names: string[]) =>
    kubectl(['-n', namespace, 'patch', pod, '--type=merge', '-p', JSON.stringify({ metadata: { finalizers: names } })]);
  const [pod = ''] = (await kubectl(['-n', namespace, 'get', 'pods', '-o', 'name'])).split('\n');
  // The server deletes pods before all else, and waits for this one: the Deployments stay as they were.
  await finalizers(['test.example/held']);
  await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  await kubectl(['-n', namespace, 'wait', pod, '--for=jsonpath={.metadata.deletionTimestamp}', '--timeout=30s']);
  try {
    const outcomes = await deployServices(requests, recordingWorld());
    expect(outcomes.map((outcome) => (outcome.ok ? 'done' : outcome.error.problems.map(({ code }) => code).join()))).toEqual([
      'namespace-terminating',
      'namespace-terminating',
    ]);
  } finally {
    await finalizers([]);
  }
});

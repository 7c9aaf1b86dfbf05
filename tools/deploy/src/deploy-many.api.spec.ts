import { expect, test } from 'vitest';
import { deployServices, failureOf } from './deploy-many.ts';
import { diffService } from './diff-service.ts';
import { readHistory } from './history-service.ts';
import { readLogs } from './logs.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';

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

test('after an interruption no further service begins', async () => {
  const interruption = new AbortController();
  interruption.abort();
  const outcomes = await deployServices([serviceFor('never', 'one')], { ...recordingWorld(), signal: interruption.signal });
  expect(failureOf(outcomes)).toMatchObject({
    exit: 'interrupted',
    problems: [{ what: 'stopped before its deploy began; nothing of it was changed' }],
  });
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
      remedy: 'look with "npx modelyard status churn"',
    },
  ]);
});

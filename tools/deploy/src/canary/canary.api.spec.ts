import { formatProblems, succeed } from '@modelyard/core';
import { Check } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { abortCanary, promoteCanary, readCanary } from '../canary-service.ts';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import { destroyService } from '../destroy.ts';
import { lockOf, withDeployLock } from '../lock/index.ts';
import { type DeployEvent, formatEvent, formatLookJson, formatStatus } from '../report/index.ts';
import { lookSchema } from '../report/look-schema.ts';
import { readStatus } from '../status.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { withHttpRoutes } from '../testing/http-route.ts';
import { kubectl } from '../testing/kubectl.ts';
import type { SpecSource } from '../testing/specs.ts';
import { STAND_IN_ADDRESS, withStandIn } from '../testing/stand-in.ts';
import { throughNothing } from '../testing/standing.ts';
import type { World } from '../world.ts';

const QUICK = [
  { weight: 25, seconds: 0 },
  { weight: 50, seconds: 0 },
];
const LONG = [
  { weight: 25, seconds: 600 },
  { weight: 50, seconds: 0 },
];
const LOCK = { modelSha: 'feed', golden: { tolerance: 1e-6, rows: [{ row: { tenure: 12 }, expected: { prediction: 0.5 } }] } };

const withImage = (namespace: string, ref: string, steps = QUICK, deploy: SpecSource['deploy'] = {}): DeployRequest =>
  requestFor(namespace, { deploy: { replicas: 3, rollout: { canary: { steps } }, ...deploy } }, { image: { ref, id: `sha256:${ref}` } });

const canaryLines = (events: readonly DeployEvent[]) =>
  events.filter(({ type }) => type.startsWith('canary-')).map((event) => formatEvent(event, { colours: false }));
const imageIn = async (namespace: string) => (await readStatus(requestFor(namespace), recordingWorld())).deployment?.image;
const jsonOf = async (namespace: string, object: string, path: string) =>
  kubectl(['-n', namespace, 'get', object, '-o', `jsonpath={${path}}`]);
/** What of a canary is left in a namespace. */
const leftIn = async (namespace: string) =>
  (
    await kubectl([
      '-n',
      namespace,
      'get',
      'deployment,service,configmap,networkpolicy,pod',
      '-l',
      'modelyard.dev/track=canary',
      '-o',
      'name',
    ])
  ).trim();
const selectorIn = (namespace: string) => jsonOf(namespace, 'service/churn', '.spec.selector');
const CLOSED = '{"app.kubernetes.io/instance":"churn","app.kubernetes.io/name":"churn"}';
const OPEN = '{"app.kubernetes.io/instance":"churn"}';

/** A world that does something at the first event of a type. */
function worldThat(
  type: DeployEvent['type'],
  act: (event: DeployEvent) => unknown,
): World & { events: DeployEvent[]; acted: Promise<unknown> } {
  const world = recordingWorld();
  const acted = Promise.withResolvers<unknown>();
  let isDone = false;
  const report = (event: DeployEvent) => {
    world.report(event);
    if (isDone || event.type !== type) return;
    isDone = true;
    acted.resolve(act(event));
  };
  return { ...world, report, acted: acted.promise };
}

/** Deploys and stops, as Ctrl-C does, when the first step is watched. */
async function deployAndStop(request: DeployRequest) {
  const interruption = new AbortController();
  const world = { ...worldThat('canary-shifted', () => interruption.abort()), signal: interruption.signal };
  return problemsOf(deployService(request, world));
}

test('behind one Service, the canary gets its part by pods; after the last step the service takes the new pods', async () => {
  await deployService(withImage('canary-by-pods', 'churn:1'), recordingWorld());
  const world = recordingWorld();
  expect(await deployService(withImage('canary-by-pods', 'churn:2'), world)).toMatchObject({ outcome: 'deployed', revision: 2 });
  expect(canaryLines(world.events)).toEqual([
    'canary   churn-canary beside 3 pods of churn:1, requests shared by the numbers of pods: 25 %, 50 %',
    'shift    step 1 of 2: 1 of 4 pods, so 25 % of the requests, watched for 0 s',
    'checked  step 1 of 2: 1 pod ready, no figures of requests at /metrics',
    'shift    step 2 of 2: 3 of 6 pods, so 50 % of the requests, watched for 0 s',
    'checked  step 2 of 2: 3 pods ready, no figures of requests at /metrics',
    'promote  the service takes the new pods',
  ]);
  expect([await imageIn('canary-by-pods'), await selectorIn('canary-by-pods'), await leftIn('canary-by-pods')]).toEqual([
    'churn:2',
    CLOSED,
    '',
  ]);
  expect(await readCanary(requestFor('canary-by-pods'), recordingWorld())).toEqual({ service: 'churn', namespace: 'canary-by-pods' });
});

test('no canary is needed for the first deploy nor where no pod changes, and none is possible without a proved version or its pods', async () => {
  const linesOf = async (request: DeployRequest) => {
    const world = recordingWorld();
    await deployService(request, world).catch(() => undefined);
    return canaryLines(world.events);
  };
  expect(await linesOf(withImage('canary-none', 'simulate-crash:1'))).toEqual([]);
  expect(await linesOf(withImage('canary-none', 'churn:1', QUICK, { replicas: 0 }))).toEqual([
    'canary   none, the pods are replaced one by one: there is no proved version beside which a canary could run',
  ]);
  expect(await linesOf(withImage('canary-none', 'churn:2'))).toEqual([
    'canary   none, the pods are replaced one by one: no pod of revision 1 runs',
  ]);
  expect(await linesOf(withImage('canary-none', 'churn:2', QUICK, { replicas: 2 }))).toEqual([]);
});

test('behind a route, the weights of its backends share the requests, and a canary that is aborted gives all back', async () => {
  const routed = (ref: string) => withImage('canary-by-route', ref, QUICK, { replicas: 1, route: { gateway: 'public' } });
  const weights = () => jsonOf('canary-by-route', 'httproute/churn', '.spec.rules[0].backendRefs[*].weight');
  await withHttpRoutes(async () => {
    await deployService(routed('churn:1'), recordingWorld());
    const world = recordingWorld();
    await deployService(routed('churn:2'), world);
    expect(canaryLines(world.events).slice(0, 2)).toEqual([
      'canary   churn-canary beside 1 pod of churn:1, requests shared by the weights of its HTTPRoute: 25 %, 50 %',
      'shift    step 1 of 2: 25 % of the requests to 1 pod, watched for 0 s',
    ]);
    expect([await imageIn('canary-by-route'), await weights(), await leftIn('canary-by-route')]).toEqual(['churn:2', '1', '']);
    const stopped = await deployAndStop(routed('churn:3'));
    expect([stopped.exit, await weights(), await selectorIn('canary-by-route')]).toEqual(['interrupted', '75 25', CLOSED]);
    expect((await readCanary(requestFor('canary-by-route'), recordingWorld())).canary).toMatchObject({ step: 1, share: 25, ready: 1 });
    await abortCanary({ ...requestFor('canary-by-route'), yes: false }, recordingWorld());
    expect([await imageIn('canary-by-route'), await weights(), await leftIn('canary-by-route')]).toEqual(['churn:2', '1', '']);
    await destroyService({ ...requestFor('canary-by-route'), yes: false }, recordingWorld());
  });
});

describe('a canary goes, and the version that serves stays untouched,', () => {
  const uidsIn = (namespace: string) =>
    kubectl(['-n', namespace, 'get', 'pods', '-l', 'app.kubernetes.io/name=churn', '-o', 'jsonpath={.items[*].metadata.uid}']);

  test('when its pods do not start', async () => {
    await deployService(withImage('canary-crash', 'churn:1'), recordingWorld());
    const uids = await uidsIn('canary-crash');
    const world = recordingWorld();
    const error = await problemsOf(deployService(withImage('canary-crash', 'simulate-crash:2'), world));
    expect(error.exit).toBe('rolledBack');
    expect(error.problems.map(({ code }) => code)).toEqual(['crash', 'canary-aborted']);
    expect(formatProblems(error.problems.slice(1))).toBe(
      'canary-aborted  churn in ns/canary-crash: revision 1 (churn:1) serves all requests; the canary is gone\n' +
        '          mend the cause above, then deploy again; --no-rollback leaves the pods of a failed canary, without requests, to be looked at',
    );
    expect(world.events.map(({ type }) => type)).not.toContain('canary-shifted');
    expect([await imageIn('canary-crash'), await uidsIn('canary-crash'), await leftIn('canary-crash')]).toEqual(['churn:1', uids, '']);
  });

  test('when the node has no room for both', async () => {
    const steps = [{ weight: 10, seconds: 0 }];
    const large = { replicas: 1, resources: { cpu: '600' }, nodeSelector: { 'kubernetes.io/hostname': 'cpu-node' } };
    const placed = (ref: string) => withImage('canary-full', ref, steps, large);
    await deployService(placed('churn:1'), recordingWorld());
    const uids = await uidsIn('canary-full');
    const error = await problemsOf(deployService(placed('churn:2'), recordingWorld()));
    expect([error.exit, error.problems.map(({ code }) => code)]).toEqual(['rolledBack', ['unschedulable', 'canary-aborted']]);
    expect(error.problems[0]?.what).toContain('asks for cpu: 600, which node cpu-node has (1k), but other pods hold it');
    expect([await uidsIn('canary-full'), await leftIn('canary-full')]).toEqual([uids, '']);
    await destroyService({ ...requestFor('canary-full'), yes: false }, recordingWorld());
  });

  test('unless it is to be looked at: then its pods stay, without requests', async () => {
    await deployService(withImage('canary-kept', 'churn:1'), recordingWorld());
    const error = await problemsOf(deployService({ ...withImage('canary-kept', 'simulate-crash:2'), noRollback: true }, recordingWorld()));
    expect([error.exit, await selectorIn('canary-kept'), await leftIn('canary-kept')]).toEqual([
      'rollout',
      CLOSED,
      expect.stringContaining('deployment.apps/churn-canary'),
    ]);
    await deployService(withImage('canary-kept', 'churn:1'), recordingWorld());
    // A deploy that only has to delete the canary does not wait for its pods.
    await expect.poll(() => leftIn('canary-kept')).toBe('');
  });

  test.skipIf(STAND_IN_ADDRESS === undefined)('when its golden predictions differ, before any request went to it', async () => {
    await withStandIn('canary-golden', async (port, sayings) => {
      const request = (ref: string) => ({
        ...requestFor('canary-golden', { serve: { port }, deploy: { rollout: { canary: { steps: QUICK } } } }, { image: { ref } }),
        modelLock: LOCK,
      });
      await deployService(request('churn:1'), recordingWorld());
      sayings.prediction = 0.75;
      const world = recordingWorld();
      const error = await problemsOf(deployService(request('churn:2'), world));
      expect(error.problems.map(({ code }) => code)).toEqual(['prediction-differs', 'canary-aborted']);
      expect(world.events.map(({ type }) => type)).not.toContain('canary-shifted');
    });
  });

  test.skipIf(STAND_IN_ADDRESS === undefined)('when too many requests to it fail, and a few good ones prove nothing', async () => {
    await withStandIn('canary-errors', async (port, sayings) => {
      const request = (ref: string, seconds: number) =>
        requestFor(
          'canary-errors',
          { serve: { port }, deploy: { rollout: { canary: { steps: [{ weight: 10, seconds }] } } } },
          { image: { ref }, modelLock: LOCK },
        );
      await deployService(request('churn:1', 0), recordingWorld());
      const quiet = worldThat('canary-shifted', () => (sayings.later = { good: 7, failed: 0 }));
      await deployService(request('churn:2', 1), quiet);
      expect(canaryLines(quiet.events)).toContain(
        'checked  step 1 of 1: 1 pod ready, 1 golden prediction as trained, 0 of 7 requests failed: too few to judge by',
      );
      const busy = worldThat('canary-shifted', () => (sayings.later = { good: 197, failed: 10 }));
      const error = await problemsOf(deployService(request('churn:3', 1), busy));
      expect(error.exit).toBe('rolledBack');
      expect(error.problems[0]).toMatchObject({
        code: 'canary-errors',
        what: '10 of 200 requests to the canary were answered with 5xx (5 %, at most 1 %)',
      });
      expect([await imageIn('canary-errors'), await leftIn('canary-errors')]).toEqual(['churn:2', '']);
    });
  });
});

describe('an interrupted canary', () => {
  test('stays as it is and says so; the next deploy goes on from its step', async () => {
    await deployService(withImage('canary-goes-on', 'churn:1'), recordingWorld());
    const error = await deployAndStop(withImage('canary-goes-on', 'churn:2', LONG));
    expect(error.exit).toBe('interrupted');
    expect(formatProblems(error.problems)).toBe(
      'interrupted  churn-canary in ns/canary-goes-on: stopped at step 1 of 2; requests go on as they are shared now (weight 25)\n' +
        '          deploy again to go on from there, or end it with "npx modelyard canary promote churn -e test" or "npx modelyard canary abort churn -e test"',
    );
    expect(await selectorIn('canary-goes-on')).toBe(OPEN);
    expect((await readCanary(requestFor('canary-goes-on'), recordingWorld())).canary).toEqual({
      image: 'churn:2',
      stableImage: 'churn:1',
      step: 1,
      share: 25,
      pods: 1,
      ready: 1,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const status = await readStatus(requestFor('canary-goes-on'), recordingWorld());
    expect(formatStatus(status, { colours: false }).replace(/since \S+Z/, 'since <time>')).toContain(
      '\ncanary   churn:2: step 1 since <time>, 25 % of the requests, 1/1 ready',
    );
    expect(status.deployment).toEqual({ image: 'churn:1', wanted: 3, ready: 3 });
    expect(Check(lookSchema('status'), JSON.parse(formatLookJson({ services: [status] })))).toBe(true);
    const world = recordingWorld();
    await deployService(withImage('canary-goes-on', 'churn:2'), world);
    expect(canaryLines(world.events).slice(1, 3)).toEqual([
      'checked  step 1 of 2: 1 pod ready, no figures of requests at /metrics',
      'shift    step 2 of 2: 3 of 6 pods, so 50 % of the requests, watched for 0 s',
    ]);
    expect([await imageIn('canary-goes-on'), await leftIn('canary-goes-on')]).toEqual(['churn:2', '']);
    expect(await readStatus(requestFor('canary-goes-on'), recordingWorld())).not.toHaveProperty('canary');
  });

  test('of another release loses its requests before its pods are replaced', async () => {
    await deployService(withImage('canary-other', 'churn:1'), recordingWorld());
    await deployAndStop(withImage('canary-other', 'churn:2', LONG));
    const world = recordingWorld();
    await deployService(withImage('canary-other', 'churn:3'), world);
    expect(canaryLines(world.events).slice(1, 3)).toEqual([
      'shift    all requests to the version that served before',
      'shift    step 1 of 2: 1 of 4 pods, so 25 % of the requests, watched for 0 s',
    ]);
    expect([await imageIn('canary-other'), await leftIn('canary-other')]).toEqual(['churn:3', '']);
  });

  test('is promoted by hand, and only by who has its pods in the workspace', async () => {
    await deployService(withImage('canary-by-hand', 'churn:1'), recordingWorld());
    await deployAndStop(withImage('canary-by-hand', 'churn:2', LONG));
    const error = await problemsOf(promoteCanary(withImage('canary-by-hand', 'churn:9', LONG), recordingWorld()));
    expect(formatProblems(error.problems)).toBe(
      'other-canary  churn-canary in ns/canary-by-hand: the canary runs other pods than those that this workspace would deploy (churn:9)\n' +
        '          take the image with --image and the spec that it was deployed with, or abort it',
    );
    await promoteCanary(withImage('canary-by-hand', 'churn:2', LONG), recordingWorld());
    expect([await imageIn('canary-by-hand'), await leftIn('canary-by-hand')]).toEqual(['churn:2', '']);
    const none = await problemsOf(abortCanary({ ...requestFor('canary-by-hand'), yes: false }, recordingWorld()));
    expect(none.problems.map(({ code }) => code)).toEqual(['no-canary']);
  });

  test('is promoted by hand by the tag whose digest its registry told', async () => {
    const digest = `sha256:${'d'.repeat(64)}`;
    const told = { resolveImage: async () => succeed({ digest }) };
    const pushed = (ref: string) => ({ ...withImage('canary-pinned', ref, LONG), image: { ref } });
    await deployService(pushed('churn:1'), { ...recordingWorld(), ...told });
    const interruption = new AbortController();
    const stopping = { ...worldThat('canary-shifted', () => interruption.abort()), ...told, signal: interruption.signal };
    await problemsOf(deployService(pushed('churn:2'), stopping));
    await promoteCanary(pushed('churn:2'), { ...recordingWorld(), ...told });
    expect([await imageIn('canary-pinned'), await leftIn('canary-pinned')]).toEqual([`churn:2@${digest}`, '']);
  });

  test('whose pods the service is taking is aborted by who has the lock alone', async () => {
    await deployService(withImage('canary-late', 'churn:1'), recordingWorld());
    const interruption = new AbortController();
    const world = recordingWorld();
    const report = (event: DeployEvent) => {
      world.report(event);
      const isPromoting = world.events.some(({ type }) => type === 'canary-promoting');
      if (isPromoting && event.type === 'waiting') interruption.abort();
    };
    await problemsOf(deployService(withImage('canary-late', 'churn:2'), { ...world, report, signal: interruption.signal }));
    const request = { ...requestFor('canary-late'), yes: false };
    const abort = () => abortCanary(request, recordingWorld());
    const late = await throughNothing(request, (cluster) =>
      withDeployLock(cluster, lockOf(request), { ...recordingWorld(), holder: 'ann@laptop' }, () => problemsOf(abort())),
    );
    expect(late.problems.map(({ code }) => code)).toEqual(['locked']);
    await abort();
    expect([await imageIn('canary-late'), await leftIn('canary-late')]).toEqual(['churn:1', '']);
  });

  test('is destroyed with its service', async () => {
    await deployService(withImage('canary-destroyed', 'churn:1'), recordingWorld());
    await deployAndStop(withImage('canary-destroyed', 'churn:2', LONG));
    await destroyService({ ...requestFor('canary-destroyed'), yes: false }, recordingWorld());
    expect([await leftIn('canary-destroyed'), await imageIn('canary-destroyed')]).toEqual(['', undefined]);
  });
});

describe('while a deploy watches its canary', () => {
  test('an order to promote makes it skip the steps that are left', async () => {
    await deployService(withImage('canary-promoted', 'churn:1'), recordingWorld());
    const other = recordingWorld();
    const request = withImage('canary-promoted', 'churn:2', LONG);
    const world = worldThat('canary-shifted', () => promoteCanary(request, { ...other, holder: 'ann@laptop' }));
    await deployService(request, world);
    await world.acted;
    expect(canaryLines(other.events)).toEqual(['ordered  promote of the canary of churn; the deploy that runs will see it within seconds']);
    expect(canaryLines(world.events).at(-1)).toBe('promote  the service takes the new pods, 2 steps skipped');
    expect(await imageIn('canary-promoted')).toBe('churn:2');
  });

  test('an order to abort ends it with code 7', async () => {
    await deployService(withImage('canary-aborted', 'churn:1'), recordingWorld());
    const abort = () => abortCanary({ ...requestFor('canary-aborted'), yes: false }, { ...recordingWorld(), holder: 'ann@laptop' });
    const error = await problemsOf(deployService(withImage('canary-aborted', 'churn:2', LONG), worldThat('canary-shifted', abort)));
    expect([error.exit, error.problems.map(({ code }) => code)]).toEqual(['rolledBack', ['canary-ordered-off', 'canary-aborted']]);
    expect([await imageIn('canary-aborted'), await leftIn('canary-aborted')]).toEqual(['churn:1', '']);
  });

  test('an order to abort that waits for that deploy to end leaves the version that served before, and brings back none before it', async () => {
    for (const image of ['churn:0', 'churn:1']) await deployService(withImage('canary-awaited', image), recordingWorld());
    const order = { ...requestFor('canary-awaited'), yes: false, lockWaitSeconds: 120 };
    const world = worldThat('canary-shifted', () => abortCanary(order, { ...recordingWorld(), holder: 'ann@laptop' }));
    await problemsOf(deployService(withImage('canary-awaited', 'churn:2', LONG), world));
    await world.acted;
    expect([await imageIn('canary-awaited'), await leftIn('canary-awaited')]).toEqual(['churn:1', '']);
  });
});

test('a dry run tells of the canary and starts none', async () => {
  await deployService(withImage('canary-dry', 'churn:1'), recordingWorld());
  const world = recordingWorld();
  await deployService({ ...withImage('canary-dry', 'churn:2'), dryRun: true }, world);
  expect(canaryLines(world.events)).toEqual([
    'canary   churn-canary beside 3 pods of churn:1, requests shared by the numbers of pods: 25 %, 50 %',
  ]);
  expect(await leftIn('canary-dry')).toBe('');
});

test('the name of another service is not taken', async () => {
  await deployService(withImage('canary-taken', 'churn:1'), recordingWorld());
  await kubectl(['-n', 'canary-taken', 'create', 'deployment', 'churn-canary', '--image=other:1']);
  const error = await problemsOf(deployService(withImage('canary-taken', 'churn:2'), recordingWorld()));
  expect(formatProblems(error.problems)).toBe(
    'name-taken  deployment/churn-canary in ns/canary-taken: the canary of churn would bear this name, and it belongs to another\n' +
      '          give one of the two another name, or set deploy.rollout.canary.enabled: false',
  );
});

import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { destroyService } from './destroy.ts';
import { readStatus } from './status.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { withKind } from './testing/crds.ts';
import { withGateway, withHttpRoutes } from './testing/http-route.ts';
import { kubectl } from './testing/kubectl.ts';

/** A deploy whose route has this host, of an image that differs with each turn. */
const routed = (namespace: string, host: string, turn = 1, deploy: object = {}): DeployRequest =>
  requestFor(
    namespace,
    { deploy: { replicas: 1, route: { gateway: 'public', gatewayNamespace: 'edge', host }, ...deploy } },
    { image: { ref: `churn:${turn}`, id: `sha256:${turn}` } },
  );
const hostIn = (namespace: string) => kubectl(['-n', namespace, 'get', 'httproute', 'churn', '-o', 'jsonpath={.spec.hostnames[0]}']);
/** The Gateway has a listener for *.acme.example alone. */
const notOurs = (host: string) => (host.endsWith('.acme.example') ? undefined : 'NoMatchingListenerHostname');
const notesOf = ({ events }: ReturnType<typeof recordingWorld>) => events.flatMap((event) => (event.type === 'noted' ? [event.code] : []));

test('a route that its Gateway refuses ends the deploy, and status tells of it while the pods are ready', async () => {
  await withHttpRoutes(() =>
    withGateway('refused', notOurs, async () => {
      const request = routed('refused', 'models.other.example');
      const error = await problemsOf(deployService(request, recordingWorld()));
      expect(error.exit).toBe('rollout');
      expect(formatProblems(error.problems.slice(0, 1))).toBe(
        'route-refused  httproute/churn in ns/refused: gateway/public in ns/edge does not take this route, so no request reaches the pods: NoMatchingListenerHostname\n' +
          '          choose a deploy.route.host that the listener serves',
      );
      const { deployment, causes } = await readStatus(request, recordingWorld());
      expect([deployment?.ready, causes.map(({ code }) => code)]).toEqual([1, ['route-refused']]);
      await destroyService({ ...request, yes: false }, recordingWorld());
    }),
  );
});

test('an update to a route that is refused is rolled back, and so is the host', async () => {
  await withHttpRoutes(() =>
    withGateway('undone', notOurs, async () => {
      const world = recordingWorld();
      await deployService(routed('undone', 'models.acme.example'), world);
      expect(notesOf(world)).toEqual([]);
      const error = await problemsOf(deployService(routed('undone', 'models.other.example', 2), recordingWorld()));
      expect([error.exit, error.problems[0]?.code, await hostIn('undone')]).toEqual(['rolledBack', 'route-refused', 'models.acme.example']);
      await destroyService({ ...requestFor('undone'), yes: false }, recordingWorld());
    }),
  );
});

test('a deploy that changes nothing tells that the Gateway has come to refuse the route', async () => {
  let isOpen = true;
  await withHttpRoutes(async () => {
    const request = routed('closed', 'models.acme.example');
    await withGateway(
      'closed',
      (host) => (isOpen ? notOurs(host) : 'NotAllowedByListeners'),
      () => deployService(request, recordingWorld()),
    );
    isOpen = false;
    await withGateway(
      'closed',
      () => 'NotAllowedByListeners',
      async () => {
        await expect.poll(() => readStatus(request, recordingWorld()).then(({ causes }) => causes.length)).toBe(1);
      },
    );
    const error = await problemsOf(deployService(request, recordingWorld()));
    expect([error.exit, error.problems.map(({ code }) => code)]).toEqual(['rollout', ['route-refused']]);
    await destroyService({ ...request, yes: false }, recordingWorld());
  });
});

test('a canary whose weights the Gateway refuses takes no requests, and goes', async () => {
  const canary = { rollout: { canary: { steps: [{ weight: 50, seconds: 0 }] } } };
  let isOpen = true;
  await withHttpRoutes(() =>
    withGateway(
      'canary-refused',
      (host) => (isOpen ? notOurs(host) : 'NotAllowedByListeners'),
      async () => {
        await deployService(routed('canary-refused', 'models.acme.example', 1, canary), recordingWorld());
        isOpen = false;
        const world = recordingWorld();
        const error = await problemsOf(deployService(routed('canary-refused', 'models.acme.example', 2, canary), world));
        expect(error.problems.map(({ code }) => code)).toEqual(['route-refused', 'canary-aborted']);
        expect(world.events.filter((event) => event.type === 'canary-shifted' && event.weight > 0)).toEqual([]);
        await destroyService({ ...requestFor('canary-refused'), yes: false }, recordingWorld());
      },
    ),
  );
});

test('a Gateway that is not there is found out, as it has no controller that could say so', async () => {
  await withHttpRoutes(() =>
    withKind('gateway.networking.k8s.io', 'Gateway', 'gateways', async () => {
      const request = routed('absent', 'models.acme.example');
      const error = await problemsOf(deployService(request, recordingWorld()));
      expect(formatProblems(error.problems.slice(0, 1))).toContain(
        'gateway/public in ns/edge does not take this route, so no request reaches the pods: NoSuchGateway',
      );
      await destroyService({ ...request, yes: false }, recordingWorld());
    }),
  );
});

test('where nobody answers for a route the deploy says so, once, and is done', async () => {
  await withHttpRoutes(async () => {
    const world = recordingWorld();
    await deployService(routed('unanswered', 'models.acme.example'), world);
    expect(notesOf(world)).toEqual(['route-unanswered']);
    const again = recordingWorld();
    await deployService(routed('unanswered', 'models.acme.example'), again);
    expect(notesOf(again)).toEqual([]);
    await destroyService({ ...requestFor('unanswered'), yes: false }, recordingWorld());
  });
});

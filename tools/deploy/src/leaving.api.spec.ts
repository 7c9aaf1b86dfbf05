import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import { destroyService } from './destroy.ts';
import type { DeployEvent } from './report/index.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { endOf } from './testing/ended.ts';
import type { Act } from './testing/fault-proxy.ts';
import { kubectl } from './testing/kubectl.ts';
import { standingOf } from './testing/standing.ts';
import { trainedRequest } from './testing/trained.ts';

/** Deploys, and does something else once the deploy waits. */
async function deployAndThen(namespace: string, act: () => Promise<unknown>) {
  const world = recordingWorld();
  const { report } = world;
  let acted: Promise<unknown> | undefined;
  const deployed = await deployService(requestFor(namespace), {
    ...world,
    report: (event) => {
      report(event);
      if (event.type === 'waiting' && event.because.includes('being deleted')) acted ??= act();
    },
  });
  await acted;
  return { deployed, because: world.events.flatMap((event) => (event.type === 'waiting' ? [event.because] : [])) };
}

test.concurrent('an object whose finalizer holds it is waited for, and made anew', async ({ expect }) => {
  const namespace = 'leaving-finalizer';
  const finalizersAre = (finalizers: string) =>
    kubectl(['-n', namespace, 'patch', 'service', 'churn', '--type=merge', '-p', `{"metadata":{"finalizers":${finalizers}}}`]);
  await deployService(requestFor(namespace), recordingWorld());
  await finalizersAre('["example.com/load-balancer"]');
  await kubectl(['-n', namespace, 'delete', 'service', 'churn', '--wait=false']);
  const { deployed, because } = await deployAndThen(namespace, () => finalizersAre('[]'));
  expect(because[0]).toBe('service/churn: being deleted, and made anew when gone');
  expect(deployed).toMatchObject({ outcome: 'deployed' });
  expect((await standingOf(requestFor(namespace))).isAsWanted).toBe(true);
  expect(await kubectl(['-n', namespace, 'get', 'service', 'churn', '-o', 'jsonpath={.metadata.deletionTimestamp}'])).toBe('');
});

test.concurrent('a deploy after a destroy that was cut short makes the Deployment anew', async ({ expect }) => {
  const namespace = 'leaving-deployment';
  await deployService(requestFor(namespace), recordingWorld());
  await kubectl(['-n', namespace, 'delete', 'deployment', 'churn', '--cascade=foreground', '--wait=false']);
  const { deployed } = await deployAndThen(namespace, async () => undefined);
  expect(deployed).toMatchObject({ outcome: 'deployed' });
  expect(await standingOf(requestFor(namespace))).toMatchObject({ isAsWanted: true, ready: 1 });
});

test.concurrent('a pod that leaves before it is asked for its predictions says nothing of the model; the one that comes is asked', async ({
  expect,
}) => {
  const namespace = 'leaving-pod';
  const drain: Act = async ({ request, response }) => {
    const pod = /pods\/([^/:]+)/.exec(request.url ?? '')?.[1] ?? '';
    await kubectl(['-n', namespace, 'delete', 'pod', pod, '--wait=false']);
    response.writeHead(404).end(JSON.stringify({ kind: 'Status', code: 404, reason: 'NotFound', message: `pods "${pod}" not found` }));
  };
  const faults = [{ at: (step: string) => step === 'verify', acts: [drain] }];
  const { exit, codes } = await endOf((given) => deployService(given, recordingWorld()), trainedRequest(namespace, 1), faults);
  expect({ exit, codes }).toEqual({ exit: 'done', codes: [] });
});

test('what does not go is named with its finalizer', async () => {
  const namespace = 'leaving-never';
  await deployService(requestFor(namespace), recordingWorld());
  await kubectl(['-n', namespace, 'patch', 'service', 'churn', '--type=merge', '-p', '{"metadata":{"finalizers":["example.com/stuck"]}}']);
  await kubectl(['-n', namespace, 'delete', 'service', 'churn', '--wait=false']);
  const stop = new AbortController();
  const report = (event: DeployEvent) => event.type === 'waiting' && event.because.includes('being deleted') && stop.abort();
  const deploy = deployService(requestFor(namespace), { ...recordingWorld(), report, signal: stop.signal });
  await expect(deploy).rejects.toThrow(/object-terminating .*service\/churn in ns\/leaving-never: .*held by example.com\/stuck/);
  await kubectl(['-n', namespace, 'patch', 'service', 'churn', '--type=merge', '-p', '{"metadata":{"finalizers":[]}}']);
});

test('a destroy that is stopped while it waits says how long it waited, and that it was stopped', async () => {
  const namespace = 'destroy-stopped';
  const finalizers = (names: string) =>
    kubectl(['-n', namespace, 'patch', 'service', 'churn', '--type=merge', '-p', `{"metadata":{"finalizers":${names}}}`]);
  await deployService(requestFor(namespace), recordingWorld());
  await finalizers('["example.com/stuck"]');
  const stop = new AbortController();
  const report = (event: DeployEvent) => event.type === 'deleted' && setTimeout(() => stop.abort(), 2_000);
  const error = await problemsOf(
    destroyService({ ...requestFor(namespace), yes: true }, { ...recordingWorld(), report, signal: stop.signal }),
  );
  expect(error.exit).toBe('interrupted');
  expect(error.problems[0]?.what).toMatch(/^service\/churn still there after [1-9] s$/);
  await finalizers('[]');
});

import { setTimeout as sleep } from 'node:timers/promises';
import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { connectCluster } from '../cluster/index.ts';
import { deployService } from '../deploy.ts';
import { ensureNamespace } from '../namespace.ts';
import { accessTo } from '../target.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';
import { type SeenLock, seeLocks, withDeployLock } from './index.ts';

const PLACE = (namespace: string) => ({ service: 'churn', namespace });
const holderIn = async (namespace: string): Promise<string> =>
  kubectl(['-n', namespace, 'get', 'lease', 'churn.deploy', '-o', 'jsonpath={.spec.holderIdentity}']);
const world = (holder: string, leaseSeconds = 30) => ({ ...recordingWorld(), holder, leaseSeconds });

async function connected<T>(namespace: string, use: (cluster: Awaited<ReturnType<typeof connectCluster>>) => Promise<T>): Promise<T> {
  const request = requestFor(namespace);
  const cluster = await connectCluster(accessTo(request));
  try {
    await ensureNamespace(cluster, request.environment, recordingWorld());
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

test('of two deploys at once one wins, and the other says who has the lock and since when', async () => {
  const request = requestFor('two');
  await deployService(request, recordingWorld());
  const next = requestFor('two', { deploy: { env: { MODE: 'strict' } } });
  const outcomes = await Promise.allSettled(['ann@laptop', 'bob@ci'].map((holder) => deployService(next, world(holder))));
  const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect(failed.length).toBe(1);
  expect(failed[0].exit).toBe('locked');
  expect(formatProblems(failed[0].problems).replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>')).toMatch(
    /^locked {2}churn in ns\/two: (ann@laptop|bob@ci) deploys it since <time>\n {10}wait until that ends, or pass --wait-for-lock; if that process is dead, its lock ends at <time>$/,
  );
  expect(await holderIn('two')).toBe('');
});

test('who waits for the lock gets it when it is given back', async () => {
  await connected('patient', async (cluster) => {
    const first = withDeployLock(cluster, PLACE('patient'), world('ann@laptop'), () => sleep(1_500));
    await expect.poll(() => holderIn('patient').catch(() => '')).toBe('ann@laptop');
    const order: string[] = [];
    const second = withDeployLock(
      cluster,
      { ...PLACE('patient'), waitSeconds: 20 },
      world('bob@ci'),
      async () => void order.push('second'),
    );
    await first.then(() => order.push('first'));
    await second;
    expect(order).toEqual(['first', 'second']);
  });
});

test('a lock that is taken as it was seen says so; one that somebody had meanwhile, or that is missing since, does not', async () => {
  await connected('seen', async (cluster) => {
    const place = PLACE('seen');
    const take = (seen?: SeenLock) =>
      withDeployLock(cluster, place, world('ann@laptop'), async (_world, _cluster, isAsSeen) => isAsSeen, seen);
    const see = async () => (await seeLocks(cluster, 'seen', ['churn']))[0];
    const never = await see();
    expect(never).toEqual({});
    expect(await take(never)).toBe(true);
    expect(await take(never)).toBe(false);
    const before = await see();
    expect(await take(before)).toBe(true);
    expect(await take(before)).toBe(false);
    const last = await see();
    expect(await seeLocks(cluster, 'seen', ['fraud', 'churn'])).toEqual([{}, last]);
    await kubectl(['-n', 'seen', 'delete', 'lease', 'churn.deploy']);
    expect(await take(last)).toBe(false);
    expect(await take()).toBe(false);
  });
});

test('a lock is renewed as long as the work goes on', async () => {
  await connected('renewed', async (cluster) => {
    await withDeployLock(cluster, PLACE('renewed'), world('ann@laptop', 2), async () => {
      await sleep(4_500);
      const error = await problemsOf(withDeployLock(cluster, PLACE('renewed'), world('bob@ci', 2), async () => undefined));
      expect(error.exit).toBe('locked');
    });
  });
});

test('the lock of a process that died is taken over when its time is up by the clock of the server', async () => {
  await connected('dead', async (cluster) => {
    const spec = {
      holderIdentity: 'dead@ci',
      leaseDurationSeconds: 2,
      renewTime: new Date(cluster.serverNowMs()).toISOString().replace('Z', '000Z'),
    };
    await cluster.create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'churn.deploy', namespace: 'dead' },
      spec,
    });
    expect((await problemsOf(withDeployLock(cluster, PLACE('dead'), world('ann@laptop'), async () => undefined))).exit).toBe('locked');
    expect(await withDeployLock(cluster, { ...PLACE('dead'), waitSeconds: 10 }, world('ann@laptop'), async () => 'mine')).toBe('mine');
  });
});

test('who lost the lock stops', async () => {
  await connected('lost', async (cluster) => {
    const error = await problemsOf(
      withDeployLock(cluster, PLACE('lost'), world('ann@laptop', 1), async ({ signal }) => {
        await kubectl(['-n', 'lost', 'patch', 'lease', 'churn.deploy', '--type=merge', '-p', '{"spec":{"holderIdentity":"bob@ci"}}']);
        await expect.poll(() => signal?.aborted).toBe(true);
        throw new Error('stopped');
      }),
    );
    expect(error.exit).toBe('locked');
    expect(error.problems[0]?.code).toBe('lock-lost');
    expect(await holderIn('lost')).toBe('bob@ci');
  });
});

test('the lock is given back after a failure and after an interruption', async () => {
  const crash = requestFor('given-back', {}, { image: { ref: 'simulate-crash:1' } });
  await problemsOf(deployService(crash, recordingWorld()));
  expect(await holderIn('given-back')).toBe('');
  const interruption = new AbortController();
  setTimeout(() => interruption.abort(), 1_000);
  const unready = requestFor('given-back', {}, { image: { ref: 'simulate-not-ready:1' } });
  const error = await problemsOf(deployService(unready, { ...recordingWorld(), signal: interruption.signal }));
  expect(error.exit).toBe('interrupted');
  expect(await holderIn('given-back')).toBe('');
});

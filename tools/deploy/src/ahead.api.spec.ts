import { expect, test } from 'vitest';
import { type Cluster, connectCluster } from './cluster/index.ts';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { withFaultProxy } from './testing/fault-proxy.ts';
import { kubectl } from './testing/kubectl.ts';
import { standingOf } from './testing/standing.ts';

const numbered = (namespace: string, turn: number): DeployRequest =>
  requestFor(namespace, { deploy: { env: { TURN: String(turn) } } }, { image: { ref: `churn:${turn}`, id: `sha256:${turn}` } });

/** A world in which something happens just before the lock is taken, and which counts the dry runs of Deployments. */
function worldWith(beforeLock: () => Promise<unknown>) {
  const counts = { tried: 0 };
  let isDone = false;
  const watched = (cluster: Cluster): Cluster => ({
    ...cluster,
    dryRun: (object, manner) => {
      if (object.kind === 'Deployment') counts.tried++;
      return cluster.dryRun(object, manner);
    },
    replace: async (object, manner) => {
      if (!isDone) {
        isDone = true;
        await beforeLock();
      }
      return cluster.replace(object, manner);
    },
    until: (signal) => watched(cluster.until(signal)),
  });
  return {
    counts,
    world: {
      ...recordingWorld(),
      connect: async (...access: Parameters<typeof connectCluster>) => watched(await connectCluster(...access)),
    },
  };
}

test('what was tried while the lock was taken is used when nobody came in between', async () => {
  await deployService(numbered('tried', 1), recordingWorld());
  const { counts, world } = worldWith(async () => undefined);
  await deployService(numbered('tried', 2), world);
  expect(counts.tried).toBe(1);
  expect(await standingOf(numbered('tried', 2))).toEqual({
    isAsWanted: true,
    serving: 'churn:2',
    ready: 1,
    holder: undefined,
    revisions: 2,
  });
});

test('what was tried is tried again when another deploy came in between, and nothing of either is lost', async () => {
  await deployService(numbered('between', 1), recordingWorld());
  const { counts, world } = worldWith(() => deployService(numbered('between', 2), recordingWorld()));
  await deployService(numbered('between', 3), world);
  expect(counts.tried).toBe(2);
  expect(await standingOf(numbered('between', 3))).toEqual({
    isAsWanted: true,
    serving: 'churn:3',
    ready: 1,
    holder: undefined,
    revisions: 3,
  });
});

test('who does not get the lock is told of the lock, also where the objects would be refused', async () => {
  const request = numbered('refused', 1);
  await deployService(request, recordingWorld());
  const holding = `{"spec":{"holderIdentity":"ann@laptop","leaseDurationSeconds":30}}`;
  const { world } = worldWith(() => kubectl(['-n', 'refused', 'patch', 'lease', 'churn.deploy', '--type=merge', '-p', holding]));
  await kubectl(
    ['-n', 'refused', 'apply', '--server-side', '--force-conflicts', '--field-manager=other', '-f', '-'],
    JSON.stringify(SCALED),
  );
  const error = await problemsOf(deployService(requestFor('refused', { deploy: { replicas: 2 } }), world));
  expect([error.exit, error.problems.map(({ code }) => code)]).toEqual(['locked', ['locked']]);
});

const SCALED = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'churn', namespace: 'refused' }, spec: { replicas: 3 } };

test('the lock is looked at first, and what is asked before it is taken is on its way beside the lists', async () => {
  await deployService(numbered('in-order', 1), recordingWorld());
  await withFaultProxy({}, async ({ kubeconfig, seen }) => {
    await deployService({ ...numbered('in-order', 2), kubeconfigs: [kubeconfig] }, recordingWorld());
    const steps = seen.map(({ step }) => step);
    expect(steps[0]).toBe('read leases');
    const taken = steps.indexOf('replace leases');
    expect(steps.slice(0, taken).filter((step) => step === 'read namespaces')).toHaveLength(1);
    expect(steps.indexOf('dry-run deployments')).toBeGreaterThan(0);
    expect(steps.indexOf('apply configmaps')).toBeGreaterThan(taken);
    // The last apply's own answer tells which Deployment the watches must not fall behind.
    expect(steps).not.toContain('read deployments');
  });
});

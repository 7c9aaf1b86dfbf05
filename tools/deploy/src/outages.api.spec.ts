import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import { withDeployLock } from './lock/index.ts';
import { ensureNamespace } from './namespace.ts';
import type { DeployEvent } from './report/index.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { restartApiServer } from './testing/api-server.ts';
import { withFaultProxy } from './testing/fault-proxy.ts';
import { datedBy } from './testing/faults.ts';
import { kubectl } from './testing/kubectl.ts';
import { standingOf, throughNothing } from './testing/standing.ts';
import type { World } from './world.ts';

const withImage = (namespace: string, ref: string, more: object = {}) =>
  requestFor(namespace, { deploy: { env: { IMAGE: ref } } }, { image: { ref, id: `sha256:${ref}` }, ...more });

/** A world that does something at the first event of a type. */
function worldAt(type: DeployEvent['type'], action: () => void, more: Partial<World> = {}): World {
  let isDone = false;
  const report = (event: DeployEvent): void => {
    if (event.type === type && !isDone) action();
    isDone ||= event.type === type;
  };
  return { ...recordingWorld(), report, ...more };
}

const served = (image: string, revisions: number) => ({ isAsWanted: true, serving: image, ready: 1, holder: undefined, revisions });

describe.concurrent('a deploy', () => {
  test('that is cut off for longer than its lock lasts stops, and leaves what the next one deployed', async ({ expect }) => {
    await deployService(withImage('cut-off', 'churn:1'), recordingWorld());
    await withFaultProxy({}, async ({ kubeconfig, cut, seen }) => {
      const world = worldAt('planned', () => cut(true), { holder: 'ann@laptop', leaseSeconds: 3 });
      const first = problemsOf(deployService(withImage('cut-off', 'churn:2', { kubeconfigs: [kubeconfig] }), world));
      await expect.poll(() => seen.map((one) => one.step)).toContain('dry-run deployments');
      await sleep(500);
      const next = withImage('cut-off', 'churn:3', { lockWaitSeconds: 60 });
      await deployService(next, recordingWorld());
      cut(false);
      const error = await first;
      expect([error.exit, error.problems.map((problem) => problem.code)]).toEqual(['locked', ['lock-lost']]);
      expect(seen.map((one) => one.step).filter((step) => step.startsWith('apply'))).toEqual([]);
      expect(await standingOf(next)).toEqual(served('churn:3', 2));
    });
  });

  test('whose token runs out asks the exec plugin again, once', async ({ expect }) => {
    const folder = await mkdtemp(join(tmpdir(), 'modelyard-plugin-'));
    const count = join(folder, 'count');
    const script = `n=$(($(cat ${count} 2>/dev/null || echo 0) + 1)); echo $n > ${count}; printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"token-%s"}}' $n`;
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script], interactiveMode: 'Never' };
    let wanted = 1;
    try {
      await withFaultProxy({ user: { exec }, token: () => `token-${wanted}` }, async ({ kubeconfig }) => {
        const world = worldAt('applied', () => (wanted = 2));
        const request = withImage('exec-plugin', 'churn:1');
        await deployService({ ...request, kubeconfigs: [kubeconfig] }, world);
        expect(await standingOf(request)).toEqual(served('churn:1', 1));
        expect((await readFile(count, 'utf8')).trim()).toBe('2');
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test.each([
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ])('that is told a Date an hour %s takes no living lock, and waits no longer than it must for a dead one', async (name, ms) => {
    const request = withImage(`dated-${name}`, 'churn:1', { lockWaitSeconds: 30 });
    const faults = [{ at: () => true, acts: [datedBy(ms)], lasts: true }];
    await throughNothing(request, (cluster) => ensureNamespace(cluster, request.environment, recordingWorld()));
    await withFaultProxy({ faults }, async ({ kubeconfig }) => {
      const dated = { ...request, kubeconfigs: [kubeconfig] };
      await throughNothing(request, async (cluster) => {
        const place = { service: 'churn', namespace: request.environment.namespace };
        await withDeployLock(cluster, place, { ...recordingWorld(), holder: 'ann@laptop', leaseSeconds: 20 }, async () => {
          const error = await problemsOf(deployService({ ...dated, lockWaitSeconds: 0 }, recordingWorld()));
          expect(error.problems[0]).toMatchObject({ code: 'locked', what: expect.stringContaining('ann@laptop deploys it since') });
        });
        const spec = { holderIdentity: 'dead@ci', leaseDurationSeconds: 2, renewTime: new Date().toISOString().replace('Z', '000Z') };
        await kubectl(['-n', place.namespace, 'patch', 'lease', 'churn.deploy', '--type=merge', '-p', JSON.stringify({ spec })]);
      });
      await deployService(dated, recordingWorld());
      expect(await standingOf(request)).toEqual(served('churn:1', 1));
    });
  });

  test('into a namespace that is being deleted waits until it is gone, and creates it anew', async ({ expect }) => {
    const request = withImage('leaving', 'churn:1');
    await kubectl(['create', 'namespace', 'leaving']);
    await kubectl(['-n', 'leaving', 'create', 'configmap', 'held']);
    await kubectl(['-n', 'leaving', 'patch', 'configmap', 'held', '-p', '{"metadata":{"finalizers":["modelyard.dev/test"]}}']);
    await kubectl(['delete', 'namespace', 'leaving', '--wait=false']);
    const fixed = { ...request.environment, createNamespace: false };
    const refused = await problemsOf(deployService({ ...request, environment: fixed }, recordingWorld()));
    expect(refused.problems.map((problem) => [problem.code, problem.where])).toEqual([['namespace-terminating', 'ns/leaving']]);
    const letGo = () =>
      void kubectl(['-n', 'leaving', 'patch', 'configmap', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
    await deployService(request, worldAt('waiting', letGo));
    expect(await standingOf(request)).toEqual(served('churn:1', 1));
  });

  test('that is live in a namespace that is being deleted is made anew there', async ({ expect }) => {
    const request = withImage('sinking', 'churn:1');
    await deployService(request, recordingWorld());
    const hold = (finalizers: readonly string[]) =>
      kubectl(['-n', 'sinking', 'patch', 'configmap', 'churn', '--type=merge', '-p', JSON.stringify({ metadata: { finalizers } })]);
    await hold(['modelyard.dev/test']);
    await kubectl(['delete', 'namespace', 'sinking', '--wait=false']);
    const fixed = { ...request.environment, createNamespace: false };
    const refused = await problemsOf(deployService({ ...request, environment: fixed }, recordingWorld()));
    expect(refused.problems.map((problem) => [problem.code, problem.where])).toEqual([['namespace-terminating', 'ns/sinking']]);
    await deployService(
      request,
      worldAt('waiting', () => void hold([])),
    );
    expect(await standingOf(request)).toEqual(served('churn:1', 1));
  });

  test('that a policy of the cluster denies says which, and changes nothing', async ({ expect }) => {
    await deployService(withImage('policy', 'churn:1'), recordingWorld());
    await kubectl(['apply', '-f', '-'], JSON.stringify(denyingPolicy('policy')));
    const request = withImage('policy', 'churn:2');
    // A policy is not in force at once, and not gone at once.
    const answer = () =>
      kubectl(['-n', 'policy', 'create', 'configmap', 'probe', '--dry-run=server']).then(
        () => 'allowed',
        () => 'denied',
      );
    await expect.poll(answer).toBe('denied');
    const error = await problemsOf(deployService(request, recordingWorld()));
    expect([error.exit, error.problems.map((problem) => problem.code)]).toEqual(['apply', ['admission-denied']]);
    expect(error.problems[0]?.what).toContain("ValidatingAdmissionPolicy 'policy' with binding 'policy' denied request: not on a Friday");
    await kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'policy']);
    await expect.poll(answer).toBe('allowed');
    expect(await standingOf(request)).toEqual({ ...served('churn:1', 1), isAsWanted: false });
  });

  test('whose webhook does not answer names it, and changes nothing', async ({ expect }) => {
    await deployService(withImage('webhook', 'churn:1'), recordingWorld());
    await kubectl(['apply', '-f', '-'], JSON.stringify(deadWebhook('webhook')));
    const request = withImage('webhook', 'churn:2');
    const error = await problemsOf(deployService(request, recordingWorld()));
    expect([error.exit, error.problems.map((problem) => problem.code)]).toEqual(['apply', ['webhook-failed']]);
    expect(error.problems[0]?.what).toContain('the admission webhook "dead.modelyard.dev" must be asked and does not answer');
    await kubectl(['delete', 'validatingwebhookconfiguration', 'webhook']);
    await deployService(request, recordingWorld());
    expect(await standingOf(request)).toEqual(served('churn:2', 2));
  });
});

test.runIf(process.platform === 'linux')('a deploy comes through an API server that is killed and started again', async () => {
  await deployService(withImage('restarted', 'churn:1'), recordingWorld());
  const request = withImage('restarted', 'churn:2');
  let restarted: Promise<void> | undefined;
  const restart = () => {
    restarted = restartApiServer(1_000);
  };
  await deployService(request, worldAt('applied', restart));
  await restarted;
  expect(await standingOf(request)).toEqual(served('churn:2', 2));
});

/** Denies ConfigMaps in one namespace. */
function denyingPolicy(name: string): object {
  const group = 'admissionregistration.k8s.io/v1';
  const matchConstraints = {
    resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
  };
  const policy = {
    apiVersion: group,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: { matchConstraints, validations: [{ expression: 'false', message: 'not on a Friday' }] },
  };
  const matchResources = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
  const binding = {
    apiVersion: group,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'], matchResources },
  };
  return { apiVersion: 'v1', kind: 'List', items: [policy, binding] };
}

/** Wants to be asked about ConfigMaps in one namespace, at an address where nobody is. */
function deadWebhook(name: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: 'dead.modelyard.dev',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        timeoutSeconds: 1,
        clientConfig: { url: 'https://127.0.0.1:9/' },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
      },
    ],
  };
}

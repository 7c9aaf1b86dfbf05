import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from '../deploy.ts';
import { destroyService } from '../destroy.ts';
import { renderManifests } from '../manifests/index.ts';
import { formatEvent } from '../report/index.ts';
import { deployRole } from '../role.ts';
import { problemsOf, recordingWorld, requestFor, withKubeconfig } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';
import { withRelay } from '../testing/relay.ts';

async function namespaceWithQuota(namespace: string, hard: string): Promise<void> {
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['-n', namespace, 'create', 'quota', 'team', `--hard=${hard}`]);
  await kubectl(['-n', namespace, 'wait', 'quota/team', '--for=jsonpath={.status.hard}', '--timeout=30s']);
}

test('a full quota makes an old pod leave first, and the rollout comes to its end', async () => {
  await namespaceWithQuota('quota', 'pods=1');
  await deployService(requestFor('quota'), recordingWorld());
  const world = recordingWorld();
  await deployService(requestFor('quota', { deploy: { env: { MODE: 'strict' } } }), world);
  expect(world.events.filter(({ type }) => type === 'surge').map((event) => formatEvent(event, { colours: false }))).toEqual([
    'surge    an old pod leaves before a new one starts: the quota has no room for 1 more pod; the service is away until the new pod is ready',
  ]);
});

test('more pods than the quota can ever hold are refused before anything is sent', async () => {
  await namespaceWithQuota('tiny', 'pods=2,requests.cpu=1');
  const error = await problemsOf(
    deployService(requestFor('tiny', { deploy: { replicas: 3, resources: { cpu: '500m' } } }), recordingWorld()),
  );
  expect([error.exit, formatProblems(error.problems)]).toEqual([
    'preflight',
    `quota-too-small  churn in ns/tiny: 3 pods of this size can never run in the namespace: its quota is smaller
          lower deploy.replicas or deploy.resources, or ask for a larger quota
          | resourcequota/team: pods 2, wanted 3
          | resourcequota/team: requests.cpu 1, wanted 1.5`,
  ]);
  expect((await kubectl(['-n', 'tiny', 'get', 'deployments,leases', '-o', 'name'])).trim()).toBe('');
});

test("a canary's pods count against the quota, beside those that serve", async () => {
  const tried = (env: Record<string, string>) =>
    requestFor('beside', { deploy: { replicas: 2, env, rollout: { canary: { steps: [{ weight: 10, seconds: 0 }] } } } });
  await namespaceWithQuota('beside', 'pods=2');
  await deployService(tried({}), recordingWorld());
  const error = await problemsOf(deployService(tried({ MODE: 'strict' }), recordingWorld()));
  expect([error.exit, formatProblems(error.problems)]).toEqual([
    'preflight',
    `quota-too-small  churn in ns/beside: 3 pods of this size, 1 of them the canary's, can never run in the namespace: its quota is smaller
          go without a canary (deploy.rollout.canary.enabled: false), lower deploy.replicas or deploy.resources, or ask for a larger quota
          | resourcequota/team: pods 2, wanted 3`,
  ]);
  await kubectl(['-n', 'beside', 'patch', 'quota', 'team', '-p', '{"spec":{"hard":{"pods":"3"}}}']);
  await kubectl(['-n', 'beside', 'wait', 'quota/team', '--for=jsonpath={.status.hard.pods}=3', '--timeout=30s']);
  const world = recordingWorld();
  expect(await deployService(tried({ MODE: 'strict' }), world)).toMatchObject({ outcome: 'deployed', revision: 2 });
  expect(world.events.filter(({ type }) => type === 'surge').map((event) => formatEvent(event, { colours: false }))).toEqual([
    'surge    an old pod leaves before a new one starts: the quota has no room for 1 more pod beside the canary',
  ]);
});

test('who may not look at nodes deploys a GPU service all the same, and is told what was not looked at', async () => {
  const spec = { deploy: { gpus: 1, env: { MODE: 'blind' } } };
  const request = requestFor('blind', spec);
  await kubectl(['create', 'namespace', 'blind']);
  const objects = renderManifests(request.spec, { namespace: 'blind', environment: 'test', image: 'churn:1' });
  await kubectl(['apply', '-f', '-'], JSON.stringify(deployRole('churn', 'blind', objects)));
  await kubectl(['-n', 'blind', 'create', 'rolebinding', 'deployer', '--role=churn-deployer', '--serviceaccount=blind:deployer']);
  await withKubeconfig(
    (config) => {
      for (const { user } of config.users) user.as = 'system:serviceaccount:blind:deployer';
    },
    async (file) => {
      const world = recordingWorld();
      expect(await deployService({ ...request, kubeconfigs: [file] }, world)).toMatchObject({ outcome: 'deployed' });
      expect(world.events.filter(({ type }) => type === 'noted').map((event) => formatEvent(event, { colours: false }))).toEqual([
        `note     gpus-unseen: whether GPUs are free was not looked at: these credentials may not list nodes
         an administrator may grant it: "npx modelyard deploy role --cluster | kubectl apply -f -", then a ClusterRoleBinding to modelyard-preflight`,
      ]);
      await destroyService({ ...request, kubeconfigs: [file], yes: true }, recordingWorld());
    },
  );
});

test('a deploy that changes nothing asks for no nodes, quotas or other pods, once for its rights, and writes nothing', async () => {
  const request = requestFor('quiet', { deploy: { gpus: 1 } });
  await deployService(request, recordingWorld());
  await withRelay(async (kubeconfig, passed) => {
    await deployService({ ...request, kubeconfigs: [kubeconfig] }, recordingWorld());
    const asked = passed.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
    expect(asked.filter((one) => /\/nodes|quotas|v1\/pods|kube-system/.test(one))).toEqual([]);
    // The answer would be waited for if something had changed; the server keeps nothing of the question.
    expect(asked.filter((one) => !one.startsWith('GET'))).toEqual(['POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews']);
  });
  await destroyService({ ...request, yes: true }, recordingWorld());
});

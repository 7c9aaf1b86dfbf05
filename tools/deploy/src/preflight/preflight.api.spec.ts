import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from '../deploy.ts';
import { formatEvent } from '../report/index.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';

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
    'surge    an old pod leaves before a new one starts: the quota has no room for 1 more pod; it is away until the new pod is ready',
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

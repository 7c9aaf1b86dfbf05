import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from '../deploy.ts';
import { readStatus } from '../status.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';
import type { SpecSource } from '../testing/specs.ts';

const STEPS = [
  { weight: 25, seconds: 0 },
  { weight: 50, seconds: 0 },
];
const spec = (source: SpecSource['deploy'] = {}, steps = STEPS): SpecSource => ({
  deploy: { replicas: 3, rollout: { canary: { steps } }, ...source },
});
const request = (namespace: string, image: string, source = spec()) => requestFor(namespace, source, { image: { ref: image, id: image } });
const get = async (namespace: string, what: string, path: string) =>
  kubectl(['-n', namespace, 'get', ...what.split(' '), '-o', `jsonpath={${path}}`]);
const namesIn = async (namespace: string) =>
  (await kubectl(['-n', namespace, 'get', 'deploy,svc,cm,netpol,pod', '-o', 'name'])).split('\n').filter((name) => name.includes('canary'));
const lines = (world: ReturnType<typeof recordingWorld>) => world.events.filter(({ type }) => type.startsWith('canary-'));

test('behind one Service, the canary gets its part by pods, and the service takes the new pods after the last step', async () => {
  await deployService(request('by-pods', 'churn:1'), recordingWorld());
  const world = recordingWorld();
  const outcome = await deployService(request('by-pods', 'churn:2'), world);
  expect(outcome).toMatchObject({ outcome: 'deployed', revision: 2 });
  console.log(
    JSON.stringify(
      world.events.filter((e) => e.type !== 'planned'),
      null,
      1,
    ),
  );
  expect(lines(world).map(({ type }) => type)).toEqual([]);
});

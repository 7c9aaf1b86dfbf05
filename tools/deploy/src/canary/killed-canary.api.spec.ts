import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from '../deploy.ts';
import type { DeployEvent } from '../report/index.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { deployAndKill } from '../testing/kill-deploy.ts';
import { kubectl } from '../testing/kubectl.ts';

/** Of a deploy that is killed: long enough to be renewed on a busy machine, and waited for by the next one. */
const LEASE_SECONDS = 4;
/** Set MODELYARD_KILL_MOMENTS=200 for a long run. */
const MOMENTS = Number(process.env.MODELYARD_KILL_MOMENTS ?? 3);
/** Events of a deploy through a canary, from its start to the recorded revision. */
const EVENTS = 34;
const KINDS = 'deployment,service,configmap,networkpolicy,pod';

const requestOf = (image: string) =>
  requestFor(
    'killed-canary',
    {
      deploy: {
        replicas: 2,
        rollout: {
          canary: {
            steps: [
              { weight: 30, seconds: 0 },
              { weight: 50, seconds: 0 },
            ],
          },
        },
      },
    },
    { image: { ref: image, id: `sha256:${image}` }, lockWaitSeconds: 60 },
  );

test(`a canary whose deploy is killed at any of ${MOMENTS} moments is carried on by the next one`, {
  timeout: (MOMENTS + 1) * 30_000,
}, async () => {
  await deployService(requestOf('churn:0'), recordingWorld());
  for (let moment = 1; moment <= MOMENTS; moment++) {
    const request = requestOf(`churn:${moment}`);
    await deployAndKill(request, LEASE_SECONDS, 2 + ((moment * 11) % EVENTS), (moment * 17) % 60);
    const outcome = await deployService(request, recordingWorld());
    expect(outcome).toMatchObject({ outcome: 'deployed', revision: moment + 1 });
    const left = () => kubectl(['-n', 'killed-canary', 'get', KINDS, '-l', 'modelyard.dev/track', '-o', 'name']);
    // A deploy that only had to delete the canary does not wait for its pods.
    await expect.poll(left).toBe('');
    const image = await kubectl([
      '-n',
      'killed-canary',
      'get',
      'deployment',
      'churn',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    ]);
    expect(image).toBe(`churn:${moment}`);
    const selector = await kubectl(['-n', 'killed-canary', 'get', 'service', 'churn', '-o', 'jsonpath={.spec.selector}']);
    expect(selector).toContain('app.kubernetes.io/name');
  }
});

test('a canary that is interrupted before its pods are ready names the service, and its step, in what to do next', async () => {
  const requestWith = (ref: string) =>
    requestFor(
      'canary-unready',
      { deploy: { replicas: 1, rollout: { canary: { steps: [{ weight: 50, seconds: 0 }] } } } },
      { image: { ref, id: `sha256:${ref}` } },
    );
  await deployService(requestWith('churn:1'), recordingWorld());
  const stop = new AbortController();
  const report = (event: DeployEvent) => event.type === 'waiting' && stop.abort();
  const error = await problemsOf(deployService(requestWith('simulate-not-ready:2'), { ...recordingWorld(), report, signal: stop.signal }));
  expect(error.exit).toBe('interrupted');
  expect(formatProblems(error.problems)).toBe(
    'interrupted  churn-canary in ns/canary-unready: stopped at step 1 of 1; requests go on as they are shared now (weight 0)\n' +
      '          deploy again to go on from there, or end it with "npx modelyard canary promote churn -e test" or "npx modelyard canary abort churn -e test"',
  );
});

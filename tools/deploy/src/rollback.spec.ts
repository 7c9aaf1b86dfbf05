import { formatProblems, ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { type Release, UnprovedError } from './release/index.ts';
import { rollBackAfter } from './rollback.ts';
import { fakeCluster } from './testing/fake-cluster.ts';

test('what to do after a rollback that failed names the environment, so that no other one is rolled back', async () => {
  const cause = { code: 'crash', where: 'pod/churn-1 in ns/ml', what: 'it ended', remedy: 'read the log' };
  const second = { code: 'refused', where: 'configmaps', what: 'not now', remedy: 'later' };
  const list = () => Promise.reject(new ProblemError([second], 'apply'));
  const environment = { name: 'production', context: 'lab', namespace: 'ml' };
  const world = { report: () => undefined };
  const error = await rollBackAfter(
    new UnprovedError([cause], 'rollout'),
    { ...fakeCluster(), list },
    { service: 'churn', environment } as Release,
    world as never,
  );
  expect(formatProblems((error as ProblemError).problems.slice(1))).toBe(
    'rollback-failed  churn in ns/ml: the last proved revision could not be brought back, and why is told below; no Deployment is live now\n' +
      '          look with "npx modelyard status churn -e production", then try "npx modelyard rollback churn -e production"\n\n' +
      'refused  configmaps: not now\n' +
      '          later',
  );
});

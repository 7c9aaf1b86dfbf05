import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { connectCluster } from './cluster/index.ts';
import { deployService } from './deploy.ts';
import { listRevisions } from './revisions/index.ts';
import { rollbackService } from './rollback.ts';
import { readStatus } from './status.ts';
import { accessTo } from './target.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';

const imageIn = async (namespace: string) => (await readStatus(requestFor(namespace), recordingWorld())).deployment?.image;
const withImage = (namespace: string, ref: string) => requestFor(namespace, {}, { image: { ref, id: `sha256:${ref}` } });

async function revisionsIn(namespace: string) {
  const cluster = await connectCluster(accessTo(requestFor(namespace)));
  try {
    return (await listRevisions(cluster, { service: 'churn', namespace })).map(({ revision, image, rollbackTo }) => [
      revision,
      image,
      rollbackTo,
    ]);
  } finally {
    await cluster.close();
  }
}

test('a failed rollout brings the last proved revision back, and ends with the cause and exit code 7', async () => {
  await deployService(withImage('back', 'churn:1'), recordingWorld());
  const world = recordingWorld();
  const error = await problemsOf(deployService(withImage('back', 'simulate-crash:2'), world));
  expect(error.exit).toBe('rolledBack');
  expect(error.problems.map((problem) => problem.code)).toEqual(['crash', 'rolled-back']);
  expect(formatProblems(error.problems.slice(1))).toBe(
    'rolled-back  churn in ns/back: revision 1 (churn:1) is live again\n' +
      '          mend the cause above, then deploy again; --no-rollback leaves a failed rollout to be looked at',
  );
  expect(world.events).toContainEqual({ type: 'rolling-back', to: 1, image: 'churn:1' });
  expect(await imageIn('back')).toBe('churn:1');
  expect(await revisionsIn('back')).toEqual([[1, 'churn:1', undefined]]);
  expect(await deployService(withImage('back', 'churn:1'), recordingWorld())).toMatchObject({ revision: 1 });
});

test('a failed verification brings the last proved revision back', async () => {
  await deployService(withImage('verified', 'churn:1'), recordingWorld());
  const modelLock = { modelSha: 'feed', golden: { tolerance: 0, rows: [{ row: {}, expected: 1 }] } };
  const error = await problemsOf(deployService({ ...withImage('verified', 'churn:2'), modelLock }, recordingWorld()));
  expect(error.exit).toBe('rolledBack');
  expect(await imageIn('verified')).toBe('churn:1');
});

test('a failed first deploy is left to be looked at, and says so', async () => {
  const world = recordingWorld();
  const error = await problemsOf(deployService(withImage('first-fails', 'simulate-crash:1'), world));
  expect(error.exit).toBe('rollout');
  expect(world.events).toContainEqual({ type: 'left', service: 'churn', because: 'there is no earlier revision to roll back to' });
  expect(await imageIn('first-fails')).toBe('simulate-crash:1');
});

test('without rollback a failed rollout is left, and a rollback by hand brings the last proved revision back', async () => {
  await deployService(withImage('by-hand', 'churn:1'), recordingWorld());
  const error = await problemsOf(deployService({ ...withImage('by-hand', 'simulate-crash:2'), noRollback: true }, recordingWorld()));
  expect(error.exit).toBe('rollout');
  expect(await imageIn('by-hand')).toBe('simulate-crash:2');
  await rollbackService({ ...requestFor('by-hand'), yes: false }, recordingWorld());
  expect(await imageIn('by-hand')).toBe('churn:1');
});

test('a rollback goes to the revision before, or to the one that is named, and joins the history', async () => {
  for (const image of ['churn:1', 'churn:2', 'churn:3']) await deployService(withImage('history', image), recordingWorld());
  await rollbackService({ ...requestFor('history'), yes: false }, recordingWorld());
  expect(await imageIn('history')).toBe('churn:2');
  await rollbackService({ ...requestFor('history'), yes: false, to: 1 }, recordingWorld());
  expect(await imageIn('history')).toBe('churn:1');
  expect(await revisionsIn('history')).toEqual([
    [5, 'churn:1', 1],
    [4, 'churn:2', 2],
    [3, 'churn:3', undefined],
    [2, 'churn:2', undefined],
    [1, 'churn:1', undefined],
  ]);
  const error = await problemsOf(rollbackService({ ...requestFor('history'), yes: false, to: 9 }, recordingWorld()));
  expect(formatProblems(error.problems)).toBe(
    'no-revision  churn in ns/history: there is no revision 9 to roll back to\n          known: 5, 4, 3, 2, 1',
  );
});

test('the history keeps the last ten revisions', async () => {
  for (let i = 1; i <= 12; i++) await deployService(withImage('ten', `churn:${i}`), recordingWorld());
  expect((await revisionsIn('ten')).map(([revision]) => revision)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
});

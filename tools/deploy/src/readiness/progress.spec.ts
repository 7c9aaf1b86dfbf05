import { expect, test } from 'vitest';
import type { LiveDeployment } from '../kube/index.ts';
import { deploymentWith, rolloutOf } from '../testing/rollouts.ts';
import { findCauses, followProgress } from './index.ts';

const GAVE_UP = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
const rolloutWith = (status: LiveDeployment['status']) => rolloutOf([], { deployment: deploymentWith(status) });

/** When a rollout was seen to get on, of looks that are a second apart. */
function stepsOf(statuses: readonly LiveDeployment['status'][]): number[] {
  let nowMs = 0;
  const progress = followProgress(() => nowMs);
  return statuses.map((status) => {
    nowMs += 1_000;
    progress.note(rolloutWith(status));
    return progress.lastMs();
  });
}

test('a rollout gets on with each pod that is new, is available or leaves', () => {
  const old = { replicas: 3, updatedReplicas: 0, availableReplicas: 3 };
  const begun = { replicas: 4, updatedReplicas: 1, availableReplicas: 3 };
  const one = { replicas: 4, updatedReplicas: 1, availableReplicas: 4 };
  const left = { replicas: 3, updatedReplicas: 1, availableReplicas: 3 };
  expect(stepsOf([old, old, begun, begun, one, left, left])).toEqual([1_000, 1_000, 3_000, 3_000, 5_000, 6_000, 6_000]);
});

test('pods that come and go are no progress', () => {
  const up = { replicas: 2, updatedReplicas: 1, availableReplicas: 2 };
  const down = { replicas: 2, updatedReplicas: 1, availableReplicas: 1 };
  expect(stepsOf([up, down, up, down, up])).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
});

test('that the controller gave an earlier rollout up fails no later one', () => {
  const progress = followProgress(() => 0);
  const earlier = { conditions: [{ ...GAVE_UP, lastUpdateTime: '2026-11-28T10:00:00Z' }] };
  const codesOf = (status: LiveDeployment['status']) => findCauses(progress.note(rolloutWith(status))).map((cause) => cause.code);
  expect(codesOf(earlier)).toEqual([]);
  expect(codesOf({ ...earlier, updatedReplicas: 1 })).toEqual([]);
  expect(codesOf({ conditions: [{ ...GAVE_UP, lastUpdateTime: '2026-11-28T10:20:00Z' }] })).toEqual(['deadline']);
});

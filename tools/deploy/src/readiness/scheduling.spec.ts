import { expect, test } from 'vitest';
import type { KubeObject, LivePod } from '../kube/index.ts';
import { podAsJudged } from '../rollout-watch.ts';
import { podLike, rolloutOf } from '../testing/rollouts.ts';
import { findCauses } from './index.ts';

/** A pod that no node takes as it is, and the node that the scheduler may be making room on. */
function pendingPod(nominatedNodeName?: string): KubeObject {
  const pod = podLike({ unschedulable: '0/4 nodes are available: 4 Insufficient nvidia.com/gpu.' });
  return { ...pod, status: { ...pod.status, nominatedNodeName } };
}

const graceOf = (pod: KubeObject) => findCauses(rolloutOf([podAsJudged(pod) as LivePod]))[0]?.graceSeconds;

test('a pod for which pods of a lower priority leave a node is waited for until the deadline', () => {
  expect(graceOf(pendingPod('gpu-1'))).toBe(Number.POSITIVE_INFINITY);
});

test('a pod for which nobody leaves, or nobody any more, has the grace of a cluster without room', () => {
  expect([pendingPod(), pendingPod('')].map(graceOf)).toEqual([15, 15]);
});

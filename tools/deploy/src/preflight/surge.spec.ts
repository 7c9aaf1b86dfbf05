import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEW_FIRST, OLD_FIRST, type RollingUpdate } from '../kube/index.ts';
import { chooseRollingUpdate, leastRoom, limitsInPods } from './surge.ts';

test('one free place lets a new pod start first; none makes an old one leave', () => {
  expect(chooseRollingUpdate(4, 4, { free: 1, whole: 5 })).toBe(NEW_FIRST);
  expect(chooseRollingUpdate(4, 4, { free: 0, whole: 4 })).toBe(OLD_FIRST);
});

test('growth takes free places before a surge does', () => {
  expect(chooseRollingUpdate(4, 2, { free: 3, whole: 5 })).toBe(NEW_FIRST);
  expect(chooseRollingUpdate(4, 2, { free: 2, whole: 4 })).toBe(OLD_FIRST);
  expect(chooseRollingUpdate(4, 2, { free: 1, whole: 3 })).toBeUndefined();
});

const START = {
  replicas: fc.integer({ min: 1, max: 20 }),
  running: fc.integer({ min: 0, max: 20 }),
  free: fc.integer({ min: 0, max: 20 }),
};
const world = fc.record(START);

interface Start {
  readonly replicas: number;
  readonly running: number;
  readonly free: number;
  /** Whose pods find their places first, where both wait for one. */
  readonly isNewFirst?: boolean;
}

/**
 * A rollout on places that nobody else takes, step by step as the Deployment controller does it; true when it comes to its end.
 * The one ReplicaSet there is gets the wanted number first; old pods without a place leave before those that have one.
 */
function comesToAnEnd({ replicas, running, free, isNewFirst = false }: Start, { maxSurge, maxUnavailable }: RollingUpdate): boolean {
  let [old, fresh, oldPlaced, freshPlaced] = [running > 0 ? replicas : 0, 0, Math.min(running, replicas), 0];
  for (let step = 0; step < 200; step++) {
    const before = `${[old, fresh, oldPlaced, freshPlaced]}`;
    fresh += Math.max(0, Math.min(replicas - fresh, replicas + maxSurge - old - fresh));
    const left = () => free + running - oldPlaced - freshPlaced;
    if (isNewFirst) freshPlaced = Math.min(fresh, freshPlaced + left());
    oldPlaced = Math.min(old, oldPlaced + left());
    freshPlaced = Math.min(fresh, freshPlaced + left());
    const least = replicas - maxUnavailable;
    const spare = old + fresh - least - (fresh - freshPlaced);
    if (spare > 0) {
      old -= Math.min(spare, old - oldPlaced);
      const leaving = Math.max(0, Math.min(oldPlaced, oldPlaced + freshPlaced - least));
      [old, oldPlaced] = [old - leaving, oldPlaced - leaving];
    }
    if (freshPlaced === replicas && old === 0) return true;
    if (before === `${[old, fresh, oldPlaced, freshPlaced]}`) return false;
  }
  return false;
}

test('the chosen way comes to its end, and a refusal is right: the pods fit in no way', () => {
  fc.assert(
    fc.property(world, ({ replicas, running, free }) => {
      const way = chooseRollingUpdate(replicas, running, { free, whole: free + running });
      if (way) expect(comesToAnEnd({ replicas, running, free }, way)).toBe(true);
      else expect(replicas).toBeGreaterThan(free + running);
    }),
  );
});

test('a new pod starts first wherever that comes to its end with every pod kept', () => {
  fc.assert(
    fc.property(world, ({ replicas, running, free }) => {
      fc.pre(running > 0 && running <= replicas && replicas <= free + running);
      const way = chooseRollingUpdate(replicas, running, { free, whole: free + running });
      expect(way === NEW_FIRST).toBe(comesToAnEnd({ replicas, running, free }, NEW_FIRST) && free >= replicas + 1 - running);
    }),
  );
});

test('where no pod may leave first, a rollout comes to its end with the least room and waits for ever with less, whatever the surge', () => {
  const start = fc.record({ ...START, running: fc.integer({ min: 1, max: 20 }), isNewFirst: fc.boolean() });
  fc.assert(
    fc.property(start, fc.integer({ min: 1, max: 8 }), (one, maxSurge) => {
      const isEnough = one.free >= leastRoom(one.replicas, one.running);
      expect(comesToAnEnd(one, { maxSurge, maxUnavailable: 0 })).toBe(isEnough);
    }),
  );
});

test('where a pod may leave first, a rollout comes to its end wherever the wanted pods fit', () => {
  const limits = fc.record({ maxSurge: fc.integer({ min: 0, max: 4 }), maxUnavailable: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(fc.record({ ...START, isNewFirst: fc.boolean() }), limits, (one, way) => {
      fc.pre(one.replicas <= one.free + one.running);
      expect(comesToAnEnd(one, way)).toBe(true);
    }),
  );
});

test('shares are taken as the Deployment controller takes them: a surge is rounded up, a lack down, and one pod may always move', () => {
  expect(limitsInPods({ maxSurge: '25%', maxUnavailable: '25%' }, 3)).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  expect(limitsInPods({ maxSurge: 0, maxUnavailable: '25%' }, 3)).toEqual({ maxSurge: 0, maxUnavailable: 1 });
  expect(limitsInPods({ maxSurge: 2, maxUnavailable: '50%' }, 3)).toEqual({ maxSurge: 2, maxUnavailable: 1 });
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEW_FIRST, OLD_FIRST } from '../kube/index.ts';
import { chooseRollingUpdate } from './surge.ts';

test('one free place lets a new pod start first; none makes an old one leave', () => {
  expect(chooseRollingUpdate(4, 4, { free: 1, whole: 5 })).toBe(NEW_FIRST);
  expect(chooseRollingUpdate(4, 4, { free: 0, whole: 4 })).toBe(OLD_FIRST);
});

test('growth takes free places before a surge does', () => {
  expect(chooseRollingUpdate(4, 2, { free: 3, whole: 5 })).toBe(NEW_FIRST);
  expect(chooseRollingUpdate(4, 2, { free: 2, whole: 4 })).toBe(OLD_FIRST);
  expect(chooseRollingUpdate(4, 2, { free: 1, whole: 3 })).toBeUndefined();
});

const world = fc.record({
  replicas: fc.integer({ min: 1, max: 20 }),
  running: fc.integer({ min: 0, max: 20 }),
  free: fc.integer({ min: 0, max: 20 }),
});

/** A rollout on places that nobody else takes, step by step as the Deployment controller does it; true when it comes to its end. */
function comesToAnEnd(replicas: number, running: number, free: number, { maxSurge, maxUnavailable }: typeof NEW_FIRST): boolean {
  const places = free + running;
  let old = running;
  let fresh = 0;
  for (let step = 0; step < 200; step++) {
    const wanted = Math.max(0, Math.min(replicas - fresh, replicas + maxSurge - old - fresh));
    const started = Math.min(wanted, places - old - fresh);
    fresh += started;
    const spare = Math.max(0, Math.min(old, old + fresh - (replicas - maxUnavailable)));
    old -= spare;
    if (fresh === replicas && old === 0) return true;
    if (started === 0 && spare === 0) return false;
  }
  return false;
}

test('the chosen way comes to its end, and a refusal is right: the pods fit in no way', () => {
  fc.assert(
    fc.property(world, ({ replicas, running, free }) => {
      const way = chooseRollingUpdate(replicas, running, { free, whole: free + running });
      if (way) expect(comesToAnEnd(replicas, running, free, way)).toBe(true);
      else expect(replicas).toBeGreaterThan(free + running);
    }),
  );
});

test('a new pod starts first wherever that comes to its end with every pod kept', () => {
  fc.assert(
    fc.property(world, ({ replicas, running, free }) => {
      fc.pre(running > 0 && running <= replicas && replicas <= free + running);
      const way = chooseRollingUpdate(replicas, running, { free, whole: free + running });
      expect(way === NEW_FIRST).toBe(comesToAnEnd(replicas, running, free, NEW_FIRST) && free >= replicas + 1 - running);
    }),
  );
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canaryReplicas, podShare, realShare } from './share.ts';

test('behind a route, the canary has as many pods as carry its part of the load', () => {
  expect([1, 10, 34, 50, 100].map((weight) => canaryReplicas('route', weight, 3))).toEqual([1, 1, 2, 2, 3]);
});

test('behind one Service, the number of pods comes nearest to the weight', () => {
  expect([10, 25, 40, 50].map((weight) => canaryReplicas('replicas', weight, 4))).toEqual([1, 1, 3, 4]);
  expect(canaryReplicas('replicas', 10, 9)).toBe(1);
  expect(realShare('replicas', 10, 1, 9)).toBe(10);
});

test('behind one Service, a single pod gets half of the requests whatever was asked', () => {
  expect(canaryReplicas('replicas', 10, 1)).toBe(1);
  expect(realShare('replicas', 10, 1, 1)).toBe(50);
  expect(realShare('route', 10, 1, 1)).toBe(10);
});

test('a canary has at least one pod and never more than the version that serves, and more weight is never fewer pods', () => {
  const weights = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }));
  fc.assert(
    fc.property(
      fc.constantFrom('route' as const, 'replicas' as const),
      weights,
      fc.integer({ min: 1, max: 50 }),
      (mode, [a, b], stable) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((weight) => canaryReplicas(mode, weight, stable)) as [number, number];
        expect(less).toBeGreaterThanOrEqual(1);
        expect(more).toBeLessThanOrEqual(stable);
        expect(less).toBeLessThanOrEqual(more);
        expect(podShare(more, stable)).toBeLessThanOrEqual(50);
      },
    ),
  );
});

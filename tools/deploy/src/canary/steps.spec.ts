import { ProblemError } from '@modelyard/core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Move, nextMove, type Standing, type Step } from './steps.ts';

const STEPS: readonly Step[] = [
  { weight: 10, seconds: 60 },
  { weight: 50, seconds: 60 },
];
const FAILURE = new ProblemError([{ code: 'crash', where: 'pod/churn-canary-1', what: 'ended', remedy: 'mend it' }], 'rollout');
const standing = (more: Partial<Standing> = {}): Standing => ({
  step: 0,
  weight: 0,
  isSame: true,
  isPrepared: true,
  readyPods: 1,
  isProved: true,
  isWatched: false,
  isStopped: false,
  ...more,
});
const move = (more: Partial<Standing>): Move => nextMove(STEPS, standing(more));

describe('the next move of a canary', () => {
  test('is to start its pods, then to prove them, before a request goes to them', () => {
    expect(move({ isPrepared: false, isProved: false, readyPods: 0 })).toEqual({ move: 'prepare' });
    expect(move({ isProved: false })).toEqual({ move: 'prove' });
    expect(move({})).toEqual({ move: 'shift', weight: 10 });
  });

  test('is to watch a step, then to go to the next one, and after the last to promote', () => {
    expect(move({ weight: 10 })).toEqual({ move: 'watch' });
    expect(move({ weight: 10, isWatched: true })).toEqual({ move: 'advance' });
    expect(move({ step: 1, weight: 50, isWatched: true })).toEqual({ move: 'promote' });
  });

  test('takes the requests away from a canary that failed before it goes', () => {
    expect(move({ weight: 10, failure: FAILURE })).toEqual({ move: 'shift', weight: 0 });
    expect(move({ weight: 0, failure: FAILURE })).toEqual({ move: 'abort' });
    expect(move({ weight: 50, order: 'abort' })).toEqual({ move: 'shift', weight: 0 });
  });

  test('takes the requests away from pods that are not ready, and from those of another release', () => {
    expect(move({ weight: 50, readyPods: 0 })).toEqual({ move: 'shift', weight: 0 });
    expect(move({ weight: 50, isSame: false, isPrepared: false })).toEqual({ move: 'shift', weight: 0 });
  });

  test('skips the steps that are left on order, but not the proof', () => {
    expect(move({ order: 'promote', isProved: false })).toEqual({ move: 'prove' });
    expect(move({ order: 'promote' })).toEqual({ move: 'promote' });
  });

  test('is to stop when it is told to, whatever else there is', () => {
    expect(move({ isStopped: true, failure: FAILURE, weight: 50, order: 'abort' })).toEqual({ move: 'stop' });
  });

  test('goes on with a promotion that had begun', () => {
    expect(move({ step: 2, weight: 50, isPrepared: false, isProved: false })).toEqual({ move: 'promote' });
  });
});

/** What happens around the canary between two moves. */
const happening = fc.record({
  readyPods: fc.integer({ min: 0, max: 3 }),
  fails: fc.boolean(),
  isKilled: fc.boolean(),
  isOtherRelease: fc.boolean(),
  order: fc.option(fc.constantFrom('promote' as const, 'abort' as const), { nil: undefined }),
  isStopped: fc.boolean(),
});
const calm = { readyPods: 3, fails: false, isKilled: false, isOtherRelease: false, order: undefined, isStopped: false };
const anySteps = fc
  .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 })
  .map((weights) => weights.sort((a, b) => a - b).map((weight) => ({ weight, seconds: 1 })));

/** A canary that a later deploy finds: what stands in the cluster is kept, the rest has to be found out again. */
const found = ({ step, weight }: Standing, isOtherRelease: boolean): Standing =>
  standing({ step: isOtherRelease ? 0 : step, weight, isSame: !isOtherRelease, isPrepared: false, readyPods: 0, isProved: false });

test('whatever happens on the way, requests go to proved and ready pods alone, and in the end to one version', () => {
  fc.assert(
    fc.property(anySteps, fc.array(happening, { maxLength: 30 }), (steps, happenings) => {
      let now = found(standing({ weight: 0 }), true);
      for (let turn = 0; ; turn++) {
        expect(turn).toBeLessThan(happenings.length + 8 * steps.length + 10);
        const { readyPods, fails, isKilled, isOtherRelease, order, isStopped } = happenings[turn] ?? calm;
        if (isKilled) now = found(now, isOtherRelease);
        now = { ...now, readyPods, isStopped, ...(order ? { order } : {}) };
        const next = nextMove(steps, now);
        if (next.move === 'promote') {
          expect(now.isSame && (now.isProved || now.step === steps.length)).toBe(true);
          if (!happenings[turn + 1]?.isKilled) return;
          now = { ...now, step: steps.length };
        } else if (next.move === 'abort') {
          expect(now.weight).toBe(0);
          return;
        } else now = next.move === 'stop' ? found(now, isOtherRelease) : carriedOut(next, now, fails);
      }
    }),
  );
});

function carriedOut(next: Move, now: Standing, fails: boolean): Standing {
  if (next.move === 'shift' && next.weight > 0) expect(now).toMatchObject({ isProved: true, isSame: true, isPrepared: true });
  if (next.move === 'shift' && next.weight > 0) expect(now.readyPods).toBeGreaterThan(0);
  if (next.move === 'watch') expect(now.weight).toBeGreaterThan(0);
  if (fails && !(next.move === 'shift' && next.weight === 0)) return { ...now, failure: FAILURE };
  switch (next.move) {
    case 'prepare':
      expect(now.weight === 0 || now.isSame).toBe(true);
      return { ...now, isPrepared: true, isSame: true };
    case 'prove':
      return { ...now, isProved: true };
    case 'shift':
      return { ...now, weight: next.weight };
    case 'watch':
      return { ...now, isWatched: true };
    default:
      return { ...now, step: now.step + 1, isPrepared: false, isProved: false, isWatched: false };
  }
}

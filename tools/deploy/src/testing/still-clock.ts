import type { Clock } from '../world.ts';

/** A clock that stands still until a test lets it go on: what happens meanwhile happens without any wait of ours. */
export function stillClock(): Clock & { goOn(ms: number): void } {
  let now = 0;
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  return {
    nowMs: () => now,
    every: () => () => undefined,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { untilMs: now + ms, wake: resolve };
        sleepers.add(sleeper);
        if (signal?.aborted) resolve();
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
    goOn: (ms) => {
      now += ms;
      for (const sleeper of sleepers) {
        if (sleeper.untilMs > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

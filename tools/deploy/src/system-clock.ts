import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './world.ts';

/** The machine's clock, for doors. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  every: (ms, action) => {
    const timer = setInterval(action, ms).unref();
    return () => clearInterval(timer);
  },
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
};

import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait, and what ends the waiting early. */
export interface Waiting {
  readonly timeoutSeconds: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
  /** Called about every ten seconds with the time waited so far. */
  readonly onSlow?: (seconds: number) => void;
}

/** Asks again until the answer is not undefined; gives undefined when the time is over. */
export async function waitFor<T>(ask: () => Promise<T | undefined>, waiting: Waiting): Promise<T | undefined> {
  const { timeoutSeconds, everyMs = 100, signal, onSlow } = waiting;
  const started = performance.now();
  let nextLine = 10;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    const seconds = (performance.now() - started) / 1000;
    if (seconds > timeoutSeconds) return undefined;
    if (seconds > nextLine) {
      onSlow?.(Math.round(seconds));
      nextLine += 10;
    }
    await sleep(everyMs);
  }
}

/** Lets so many in at once; the others wait in turn. */
export interface Gate {
  /** Resolves inside, with the way out; rejects when the signal aborts before there is room. */
  enter(signal?: AbortSignal): Promise<() => void>;
}

export function openGate(places: number): Gate {
  let free = places;
  const waiting = new Set<() => void>();
  const leave = (): void => {
    const [next] = waiting;
    if (next) next();
    else free++;
  };
  return {
    enter: (signal) =>
      new Promise((resolve, reject) => {
        const goIn = (): void => {
          waiting.delete(goIn);
          signal?.removeEventListener('abort', giveUp);
          resolve(leave);
        };
        const giveUp = (): void => {
          waiting.delete(goIn);
          reject(signal?.reason);
        };
        if (free > 0) {
          free--;
          resolve(leave);
        } else {
          waiting.add(goIn);
          signal?.addEventListener('abort', giveUp, { once: true });
        }
      }),
  };
}

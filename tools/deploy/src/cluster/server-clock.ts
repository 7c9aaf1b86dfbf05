/** Follows the Date headers of a server. They have whole seconds, so its time is up to a second ahead of what is told. */
export function followServerClock() {
  let offsetMs: number | undefined;
  return {
    note: (date: string | string[] | undefined): void => {
      const serverMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
      if (!Number.isNaN(serverMs)) offsetMs = serverMs - performance.now();
    },
    nowMs: (): number => {
      if (offsetMs === undefined) throw new Error('the server was not asked yet, so its time is not known');
      return offsetMs + performance.now();
    },
  };
}

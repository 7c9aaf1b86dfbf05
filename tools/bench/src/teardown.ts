import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Takes what has to be done when a bench ends: by itself, by an error, or because somebody said stop. */
export type AtEnd = (action: () => Promise<unknown>) => void;

const STOPS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Runs work; whatever it took care to give back is given back at its end, the latest first, also when a signal ends it. */
export async function withTeardown<T>(work: (atEnd: AtEnd) => Promise<T>): Promise<T> {
  const actions: (() => Promise<unknown>)[] = [];
  const tearDown = async (): Promise<void> => {
    for (let action = actions.pop(); action; action = actions.pop()) await action().catch((error: unknown) => console.error(error));
  };
  let isStopping = false;
  const stop = (signal: keyof typeof STOPS): void => {
    // A second signal means now.
    if (isStopping) process.exit(STOPS[signal]);
    isStopping = true;
    console.error('stopped; cleaning up');
    void tearDown().finally(() => process.exit(STOPS[signal]));
  };
  const signals = Object.keys(STOPS) as (keyof typeof STOPS)[];
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work((action) => void actions.push(action));
  } finally {
    // The process ends when the signal's own clean-up has ended.
    if (isStopping) await new Promise(() => undefined);
    await tearDown();
    for (const signal of signals) process.off(signal, stop);
  }
}

/** A folder of the run, which is gone after it. */
export async function scratchFolder(atEnd: AtEnd): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-bench-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

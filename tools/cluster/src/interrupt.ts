import { ProblemError } from '@modelyard/core';
import type { ClusterWorld } from './types.ts';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function interrupted(): ProblemError {
  return new ProblemError(
    [
      {
        code: 'interrupted',
        where: 'modelyard cluster up',
        what: 'stopped before the cluster was ready',
        remedy: 'what had been started is taken down; run the command again when you like',
      },
    ],
    'interrupted',
  );
}

/** Does the work with a signal that a Ctrl-C aborts, so that the work can clean up before the process ends. */
export async function whileInterruptible<T>(world: ClusterWorld, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) return;
    world.log('interrupted; cleaning up');
    controller.abort(interrupted());
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    // A command that the interrupt ended reports its own end; the cause is the interrupt.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

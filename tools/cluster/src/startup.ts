import { ProblemError } from '@modelyard/core';
import { toolEnvironment } from './commands.ts';
import type { ClusterPaths } from './paths.ts';
import { endedProcesses, logTail, type ServiceProcess, startProcess } from './processes.ts';
import { writeState } from './state.ts';
import type { ClusterState, ClusterWorld } from './types.ts';
import { waitFor } from './wait.ts';

/** A cluster on its way up: everything it does is in `state`, on disk, before the next thing is done. */
export interface Startup {
  readonly paths: ClusterPaths;
  readonly world: ClusterWorld;
  readonly signal: AbortSignal;
  readonly binaries: string;
  state: ClusterState;
}

/** Writes a change of the state down. */
export async function noteState(startup: Startup, change: Partial<ClusterState>): Promise<void> {
  startup.state = { ...startup.state, ...change };
  await writeState(startup.state);
}

/** Starts a process of the cluster and writes its id down at once. */
export async function startService(startup: Startup, service: ServiceProcess): Promise<void> {
  startup.signal.throwIfAborted();
  const record = await startProcess(service, startup.paths.logs, toolEnvironment(startup.world.env));
  await noteState(startup, { processes: [...startup.state.processes, record] });
}

async function throwIfAnyEnded(startup: Startup): Promise<void> {
  const [ended] = await endedProcesses(startup.state.processes);
  if (!ended) return;
  throw new ProblemError(
    [
      {
        code: 'cluster-process-ended',
        where: `cluster ${startup.state.name}`,
        what: `${ended.name} ended while the cluster was starting`,
        remedy: 'read the end of its log below; everything that was started is taken down again',
        details: await logTail(startup.paths.logs, ended.name),
      },
    ],
    'preflight',
  );
}

/** What has to come true before the start goes on. */
export interface Milestone<T> {
  /** In words, for the progress line and the problem: `the API server to be ready`. */
  readonly what: string;
  readonly timeoutSeconds: number;
  /** The process whose log explains a failure. */
  readonly blame: string;
  readonly ask: () => Promise<T | undefined>;
}

/** Waits for a milestone; throws when a process ends meanwhile or the time is over. */
export async function reach<T>(startup: Startup, milestone: Milestone<T>): Promise<T> {
  const { what, timeoutSeconds, blame } = milestone;
  const ask = async () => {
    const answer = await milestone.ask();
    if (answer === undefined) await throwIfAnyEnded(startup);
    return answer;
  };
  const onSlow = (seconds: number) => startup.world.log(`still waiting for ${what}: ${seconds} s`);
  const answer = await waitFor(ask, { timeoutSeconds, signal: startup.signal, onSlow });
  if (answer !== undefined) return answer;
  throw new ProblemError(
    [
      {
        code: 'cluster-not-ready',
        where: `cluster ${startup.state.name}`,
        what: `waited ${timeoutSeconds} s for ${what}`,
        remedy: `read the end of ${blame}'s log below, then run the command again when the machine is less busy`,
        details: await logTail(startup.paths.logs, blame),
      },
    ],
    'timeout',
  );
}

import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterDown } from './down.ts';
import type { ClusterState, ClusterWorld, FakeNode } from './types.ts';
import { clusterUp } from './up.ts';

/** What a test control plane is made of. */
export interface TestControlPlaneOptions {
  readonly nodes: readonly FakeNode[];
  /** Where progress lines go; nowhere by default. */
  readonly log?: (line: string) => void;
}

/** A control plane of a test run; `stop` leaves nothing of it. */
export interface TestControlPlane {
  readonly kubeconfigPath: string;
  readonly context: string;
  readonly server: string;
  readonly directory: string;
  readonly stop: () => Promise<void>;
}

/** Starts a control plane with fake nodes in a folder of its own; the user's kubeconfig is not touched. */
export async function startTestControlPlane(options: TestControlPlaneOptions): Promise<TestControlPlane> {
  const directory = await mkdtemp(join(tmpdir(), 'modelyard-test-'));
  const env = { ...process.env, KUBECONFIG: join(directory, 'user-kubeconfig') };
  const world: ClusterWorld = { env, log: options.log ?? (() => {}) };
  const choice = { name: 'test', directory: join(directory, 'cluster') };
  const leaving = () => killNow(directory, choice.directory);
  process.once('exit', leaving);
  const stop = async () => {
    await clusterDown(choice, world);
    await rm(directory, { recursive: true, force: true });
    process.off('exit', leaving);
  };
  try {
    const state = await clusterUp({ ...choice, mode: 'control-plane', gpus: 0, nodes: options.nodes }, world);
    const kubeconfigPath = join(state.directory, 'kubeconfig');
    return { kubeconfigPath, context: state.context, server: state.server, directory, stop };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** A test run that is interrupted leaves without its teardown, and may do nothing any more that takes time. */
function killNow(directory: string, clusterDirectory: string): void {
  try {
    const { processes } = JSON.parse(readFileSync(join(clusterDirectory, 'cluster.json'), 'utf8')) as ClusterState;
    for (const { pid } of processes) process.kill(pid, 'SIGKILL');
  } catch {
    // It never came up, or is gone already.
  }
  rmSync(directory, { recursive: true, force: true });
}

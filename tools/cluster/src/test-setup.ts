import type { TestProject } from 'vitest/node';
import { startTestControlPlane } from './testing.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The control plane of this test run; take it with `inject('cluster')`. */
    cluster: { kubeconfigPath: string; context: string; server: string };
  }
}

/** Roomy: the pods of one test stay while the others run. */
const capacity = { cpu: '1000', memory: '4Ti', 'ephemeral-storage': '10Ti', pods: '5000' };
/** The nodes of every API test: one with four simulated GPUs, one without any. */
const NODES = [
  { name: 'gpu-node', gpus: 4, capacity },
  { name: 'cpu-node', capacity },
];

/** Starts one control plane for all API tests of a run, and gives back what stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string) => console.log(`[cluster] ${line}`);
  const { kubeconfigPath, context, server, stop } = await startTestControlPlane({ nodes: NODES, log });
  project.provide('cluster', { kubeconfigPath, context, server });
  return stop;
}

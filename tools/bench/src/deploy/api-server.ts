import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findKubectl } from '../../../deploy/src/testing/index.ts';

const POLL_MS = 100;

/** What a bench asks of the API server beside the contenders. */
export interface ApiServer {
  createNamespace(name: string): Promise<void>;
  /** Server-side applies that the server has answered so far, dry runs among them. */
  countApplies(): Promise<number>;
  /** Resolves when the controllers have brought every Deployment of a namespace to its spec. */
  rolledOut(namespace: string): Promise<void>;
}

/** The server by a kubectl of its own, whose cache warms no contender. */
export async function openApiServer(kubeconfig: string, home: string): Promise<ApiServer> {
  const kubectl = await findKubectl(process.env);
  const ask = async (...args: string[]): Promise<string> => {
    const env = { PATH: process.env.PATH, HOME: home };
    return (await promisify(execFile)(kubectl, ['--kubeconfig', kubeconfig, ...args], { env, maxBuffer: 256 * 1024 * 1024 })).stdout;
  };
  return {
    createNamespace: async (name) => void (await ask('create', 'namespace', name)),
    countApplies: async () => appliesOf(await ask('get', '--raw', '/metrics')),
    rolledOut: async (namespace) => {
      while (!areDone(await ask('get', '--raw', `/apis/apps/v1/namespaces/${namespace}/deployments`))) await sleep(POLL_MS);
    },
  };
}

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status?: { readonly observedGeneration?: number; readonly updatedReplicas?: number; readonly availableReplicas?: number };
}

function areDone(list: string): boolean {
  const { items } = JSON.parse(list) as { items: Deployment[] };
  return items.every(({ metadata, spec, status: { observedGeneration, updatedReplicas = 0, availableReplicas = 0 } = {} }) => {
    return observedGeneration === metadata.generation && Math.min(updatedReplicas, availableReplicas) >= spec.replicas;
  });
}

/** The simulated kubelet patches and creates; only deployers apply. */
function appliesOf(metrics: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith('apiserver_request_total{') && line.includes('verb="APPLY"'));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

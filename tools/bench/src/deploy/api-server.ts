import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findKubectl } from '../../../deploy/src/testing/index.ts';

/** What a bench asks of the API server beside the contenders. */
export interface ApiServer {
  createNamespace(name: string): Promise<void>;
  /** Server-side applies that the server has answered so far, dry runs among them. */
  countApplies(): Promise<number>;
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
  };
}

/** The simulated kubelet patches and creates; only deployers apply. */
function appliesOf(metrics: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith('apiserver_request_total{') && line.includes('verb="APPLY"'));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

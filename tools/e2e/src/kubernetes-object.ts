import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { parse } from 'yaml';

/** The parts of a kubeconfig of `modelyard cluster up`, which names one cluster and one user. */
interface Kubeconfig {
  readonly clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  readonly users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

const decoded = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** An object as the API server gives it to a plain HTTPS client, so that our own client proves nothing about itself. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the server answers
export async function kubernetesObject(kubeconfig: string, path: string): Promise<any> {
  const { clusters, users } = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error(`${kubeconfig} names no cluster`);
  const agent = new Agent({
    ca: decoded(cluster['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  });
  const text = await new Promise<string>((resolve, reject) => {
    get(new URL(path, cluster.server), { agent, timeout: 30_000 }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`${path}: ${response.statusCode} ${body}`)),
      );
    }).on('error', reject);
  });
  agent.destroy();
  return JSON.parse(text);
}

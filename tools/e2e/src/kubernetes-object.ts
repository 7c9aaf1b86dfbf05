import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An object as a plain kubectl reads it from the API server, so that our own client proves nothing about itself. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the server answers
export async function kubernetesObject(kubeconfig: string, path: string): Promise<any> {
  const { stdout } = await run('kubectl', ['--kubeconfig', kubeconfig, '--context', 'modelyard', 'get', '--raw', path]);
  return JSON.parse(stdout);
}

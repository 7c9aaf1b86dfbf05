import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { findKubectl } from './helm.ts';

const run = promisify(execFile);

/** Runs kubectl against the test's API server; its standard output. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const program = await findKubectl(process.env);
  const child = run(program, ['--kubeconfig', inject('cluster').kubeconfigPath, ...args], {
    env: { ...process.env, KUBECTL_APPLYSET: 'true' },
  });
  child.child.stdin?.end(input ?? '');
  return (await child).stdout;
}

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { unpackTools } from './helm.ts';

const run = promisify(execFile);

/** Runs kubectl against the test's API server; its standard output. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const program = await findKubectl();
  const child = run(program, ['--kubeconfig', inject('cluster').kubeconfigPath, ...args], {
    env: { ...process.env, KUBECTL_APPLYSET: 'true' },
  });
  child.child.stdin?.end(input ?? '');
  return (await child).stdout;
}

async function findKubectl(): Promise<string> {
  if (process.env.MODELYARD_KUBECTL) return process.env.MODELYARD_KUBECTL;
  const program = join(dirname(dirname(await unpackTools())), 'kubectl', 'kubectl');
  await access(program, constants.X_OK);
  return program;
}

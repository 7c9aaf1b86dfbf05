import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeployRequest } from '../deploy-request.ts';

const CHILD = join(import.meta.dirname, 'deploy-child.ts');

/** Deploys in a process of its own and kills it (SIGKILL) a moment after its n-th event. */
export async function deployAndKill(request: DeployRequest, leaseSeconds: number, afterEvents: number, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ request, leaseSeconds })], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  let seen = 0;
  child.stdout.on('data', (text: Buffer) => {
    seen += text.toString().split('\n').length - 1;
    if (seen >= afterEvents) void sleep(afterMs).then(() => child.kill('SIGKILL'));
  });
  await ended;
}

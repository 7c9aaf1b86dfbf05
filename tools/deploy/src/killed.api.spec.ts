import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { isUnchanged } from './plan/index.ts';
import { recordingWorld, requestFor } from './testing/api.ts';
import { kubectl } from './testing/kubectl.ts';

const CHILD = join(import.meta.dirname, 'testing/deploy-child.ts');
const LEASE_SECONDS = 1;
/** Set MODELYARD_KILL_MOMENTS=200 for a long run. */
const MOMENTS = Number(process.env.MODELYARD_KILL_MOMENTS ?? 8);
/** Events of a deploy, from its start to the recorded revision. */
const EVENTS = 12;

/** Deploys in a process of its own and kills it (SIGKILL) a moment after its n-th event. */
async function deployAndKill(request: DeployRequest, afterEvents: number, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ request, leaseSeconds: LEASE_SECONDS })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  let seen = 0;
  child.stdout.on('data', (text: Buffer) => {
    seen += text.toString().split('\n').length - 1;
    if (seen >= afterEvents) void sleep(afterMs).then(() => child.kill('SIGKILL'));
  });
  await ended;
}

test(`a deploy that is killed at any of ${MOMENTS} moments is carried on by the next one`, { timeout: MOMENTS * 30_000 }, async () => {
  for (let moment = 0; moment < MOMENTS; moment++) {
    const request = requestFor('killed', { deploy: { env: { MOMENT: String(moment) } } });
    await deployAndKill(request, 1 + ((moment * 5) % EVENTS), (moment * 17) % 60);
    const world = { ...recordingWorld(), leaseSeconds: LEASE_SECONDS };
    expect(await deployService({ ...request, lockWaitSeconds: 15 }, world)).toMatchObject({ outcome: 'deployed' });
    const again = await deployService(request, world);
    expect(isUnchanged(again.plan)).toBe(true);
    expect(await kubectl(['-n', 'killed', 'get', 'configmap', 'churn', '-o', 'jsonpath={.data.MOMENT}'])).toBe(String(moment));
  }
});

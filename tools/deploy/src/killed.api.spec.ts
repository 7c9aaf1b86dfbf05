import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import { isUnchanged } from './plan/index.ts';
import { recordingWorld, requestFor } from './testing/api.ts';
import { deployAndKill } from './testing/kill-deploy.ts';
import { kubectl } from './testing/kubectl.ts';

const LEASE_SECONDS = 1;
/** Set MODELYARD_KILL_MOMENTS=200 for a long run. */
const MOMENTS = Number(process.env.MODELYARD_KILL_MOMENTS ?? 8);
/** Events of a deploy, from its start to the recorded revision. */
const EVENTS = 12;

test(`a deploy that is killed at any of ${MOMENTS} moments is carried on by the next one`, { timeout: MOMENTS * 30_000 }, async () => {
  for (let moment = 0; moment < MOMENTS; moment++) {
    const request = requestFor('killed', { deploy: { env: { MOMENT: String(moment) } } });
    await deployAndKill(request, LEASE_SECONDS, 1 + ((moment * 5) % EVENTS), (moment * 17) % 60);
    const world = { ...recordingWorld(), leaseSeconds: LEASE_SECONDS };
    expect(await deployService({ ...request, lockWaitSeconds: 15 }, world)).toMatchObject({ outcome: 'deployed' });
    const again = await deployService(request, world);
    expect(isUnchanged(again.plan)).toBe(true);
    expect(await kubectl(['-n', 'killed', 'get', 'configmap', 'churn', '-o', 'jsonpath={.data.MOMENT}'])).toBe(String(moment));
  }
});

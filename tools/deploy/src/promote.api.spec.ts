import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { type Promotion, promotedRequest } from './promote.ts';
import { formatEvent } from './report/index.ts';
import { readStatus } from './status.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { kubectl } from './testing/kubectl.ts';

const PINNED = `registry.example/churn:1@sha256:${'a'.repeat(64)}`;

function deployTo(name: string, more: Partial<DeployRequest> = {}): DeployRequest {
  const request = requestFor(`promote-${name}`, {}, { image: { ref: PINNED, id: 'sha256:1', commit: 'c0ffee' }, ...more });
  return { ...request, environment: { ...request.environment, name } };
}

function promotion(from: string, to: string, more: Partial<DeployRequest> = {}): Promotion {
  const { image: _image, ...rest } = deployTo(to, more);
  return { from: deployTo(from), to: rest };
}

const promote = async (one: Promotion, world = recordingWorld()) => deployService(await promotedRequest(one, world), world);
const refusal = async (one: Promotion) => formatProblems((await problemsOf(promote(one))).problems);

test('what is live and proved in one environment goes to the next by its digest, with its commit', async () => {
  await deployService(deployTo('staging'), recordingWorld());
  const world = recordingWorld();
  const dry = await promote(promotion('staging', 'production', { dryRun: true }), world);
  expect(dry).toMatchObject({ outcome: 'planned' });
  expect(world.events.slice(0, 2).map((event) => formatEvent(event, { colours: false }).split('\n').at(-1))).toEqual([
    'promote  revision 1 of churn, live and proved in staging',
    `image    ${PINNED}`,
  ]);
  expect(await promote(promotion('staging', 'production'))).toMatchObject({ outcome: 'deployed' });
  const { deployment } = await readStatus(deployTo('production'), recordingWorld());
  expect(deployment).toEqual({ image: PINNED, commit: 'c0ffee', wanted: 1, ready: 1 });
});

test('a model that is another than the one in this folder is proved by its hash alone', async () => {
  const rows = [{ row: { a: 1 }, expected: { prediction: 1 } }];
  const here = { modelSha: 'feed', golden: { tolerance: 1e-6, rows } };
  const request = await promotedRequest(promotion('staging', 'production', { modelLock: here }), recordingWorld());
  expect(request.modelLock).toBeUndefined();
});

test('nothing is promoted that was never proved, is another by now, is not ready or has no digest', async () => {
  expect(await refusal(promotion('nowhere', 'production'))).toBe(
    `not-proved  churn in nowhere (ns/promote-nowhere): nothing of it was proved there
          deploy it there first: "npx modelyard deploy churn -e nowhere"`,
  );
  await deployService(deployTo('edited'), recordingWorld());
  await kubectl(['-n', 'promote-edited', 'set', 'image', 'deployment/churn', 'model=other:1']);
  expect(await refusal(promotion('edited', 'production'))).toBe(
    `not-proved  churn in edited (ns/promote-edited): revision 1 was proved, but what runs is no longer that: a deploy is under way or failed, or objects were edited
          deploy it there again, so that it is proved`,
  );
  await deployService(deployTo('tagged', { image: { ref: 'churn:1' } }), recordingWorld());
  expect(await refusal(promotion('tagged', 'production'))).toBe(
    `no-digest  churn in tagged (ns/promote-tagged): its image churn:1 has no digest, so another one may stand under that name
          deploy a pushed image there ("docker-push" records its digest), then promote it`,
  );
  expect(await refusal(promotion('staging', 'staging'))).toBe(
    `same-environment  churn in staging (ns/promote-staging): it is promoted to where it comes from
          name two environments of modelyard.yaml`,
  );
});

test('a service of which no pod is ready is not promoted', async () => {
  await deployService(deployTo('down'), recordingWorld());
  const pod = (await kubectl(['-n', 'promote-down', 'get', 'pod', '-o', 'name'])).trim();
  await kubectl(['-n', 'promote-down', 'patch', pod, '--subresource=status', '-p', NOT_READY]);
  await kubectl(['-n', 'promote-down', 'wait', 'deployment/churn', '--for=jsonpath={.status.unavailableReplicas}=1', '--timeout=30s']);
  expect(await refusal(promotion('down', 'production'))).toBe(
    `not-ready  churn in down (ns/promote-down): 0/1 pods are ready there
          look why: "npx modelyard status churn -e down"`,
  );
});

const NOT_READY = JSON.stringify({ status: { conditions: [{ type: 'Ready', status: 'False' }] } });

import { fail, formatProblems, type Problem, type ProblemError, succeed } from '@modelyard/core';
import type { ResolvedImage } from '@modelyard/image';
import { expect, test } from 'vitest';
import type { DeployRequest } from './deploy-request.ts';
import { renderRequest } from './deploy-request.ts';
import { pinImage } from './pin-image.ts';
import { specOf } from './testing/specs.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const REF = 'ghcr.io/acme/churn:1';

function requestWith(image: DeployRequest['image'], environment: Partial<DeployRequest['environment']> = {}): DeployRequest {
  return {
    service: 'churn',
    environment: {
      name: 'prod',
      context: 'c',
      namespace: 'ml',
      createNamespace: false,
      protected: false,
      delivery: 'push',
      ...environment,
    },
    kubeconfigs: [],
    spec: specOf(),
    image,
    dryRun: false,
    yes: false,
  };
}

/** The image that is rendered, or the problem, and what is told and asked on the way. */
async function pin(request: DeployRequest, answer?: ResolvedImage | Problem) {
  const told: string[] = [];
  const asked: string[] = [];
  const resolveImage = async (ref: string) => {
    asked.push(ref);
    return answer && 'code' in answer ? fail(answer) : succeed(answer as ResolvedImage);
  };
  const outcome = await pinImage(request, answer ? { resolveImage } : {}, (note) => told.push(note.what)).then(
    (pinned) => renderRequest(pinned).image,
    (error: ProblemError) => `${error.exit}\n${formatProblems(error.problems)}`,
  );
  return { outcome, told, asked };
}

const problem = (code: string): Problem => ({ code, where: REF, what: 'ghcr.io says no', remedy: 'push <service>' });

test('a tag becomes the digest that the registry tells; the tag stays readable', async () => {
  expect(await pin(requestWith({ ref: REF }), { digest: DIGEST })).toEqual({ outcome: `${REF}@${DIGEST}`, told: [], asked: [REF] });
});

test('a digest that is known already, or that is not needed, is not asked for', async () => {
  const known = requestWith({ ref: REF, digest: DIGEST });
  const named = requestWith({ ref: `${REF}@${DIGEST}` });
  const loaded = requestWith({ ref: 'churn:1', digest: DIGEST }, { delivery: 'load', protected: true });
  const outcomes = await Promise.all([known, named, loaded].map((request) => pin(request, problem('registry-denied'))));
  expect(outcomes.map((one) => [one.outcome, one.asked])).toEqual([
    [`${REF}@${DIGEST}`, []],
    [`${REF}@${DIGEST}`, []],
    ['churn:1', []],
  ]);
});

test('without a digest an open environment is told, and a protected one refuses', async () => {
  const denied = problem('registry-denied');
  expect(await pin(requestWith({ ref: REF }), denied)).toEqual({
    outcome: REF,
    told: [`${REF} has no digest: ghcr.io says no`],
    asked: [REF],
  });
  expect((await pin(requestWith({ ref: REF }, { protected: true }), denied)).outcome).toBe(
    `preflight
image-not-pinned  ${REF}: environment "prod" is protected and takes images by digest only; this tag gives none: ghcr.io says no
          "npx nx run churn:docker-push" records the digest; or name it: --image <ref>@sha256:<digest>`,
  );
});

test('an image that is not there is refused everywhere', async () => {
  expect((await pin(requestWith({ ref: REF }), problem('image-not-found'))).outcome).toBe(
    `preflight\nimage-not-found  ${REF}: ghcr.io says no\n          push churn`,
  );
});

test('a build that was not pushed is not taken for the older image under its tag', async () => {
  const built = requestWith({ ref: REF, id: 'sha256:new' });
  expect((await pin(built, { digest: DIGEST, configDigest: 'sha256:old' })).outcome).toBe(
    `preflight
image-not-pushed  ${REF}: the registry has another image under this tag (sha256:old) than the one that was built last (sha256:new)
          push it first ("npx nx run churn:docker-push"), or name the other one: --image ${REF}@${DIGEST}`,
  );
  // Engines know an image by its configuration, or by its manifest.
  for (const same of [
    { digest: DIGEST, configDigest: 'sha256:new' },
    { digest: 'sha256:new', configDigest: 'sha256:old' },
    { digest: DIGEST },
  ]) {
    expect((await pin(built, same)).outcome).toBe(`${REF}@${same.digest}`);
  }
});

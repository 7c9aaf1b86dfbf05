import type { DeployRequest } from './deploy-request.ts';
import { renderRequest } from './deploy-request.ts';
import { progressDeadlineFor, renderManifests } from './manifests/index.ts';
import type { Release } from './release/index.ts';

/** The controller's own deadline comes first, so that its verdict is shown rather than ours. */
const DEADLINE_MARGIN_SECONDS = 15;

/** What a request wants to be live. */
export function releaseOf(request: DeployRequest): Release {
  const { spec, service, environment, image, modelLock } = request;
  return {
    service,
    environment,
    objects: renderManifests(spec, renderRequest(request)),
    image: image.ref,
    port: spec.serve.port,
    timeoutSeconds: request.timeoutSeconds ?? progressDeadlineFor(spec.model.loadBudgetSeconds) + DEADLINE_MARGIN_SECONDS,
    ...(spec.deploy.rollout.canary ? { canary: spec.deploy.rollout.canary } : {}),
    ...(image.id ? { imageId: image.id } : {}),
    ...(image.commit ? { commit: image.commit } : {}),
    ...(modelLock ? { modelSha: modelLock.modelSha, proof: modelLock } : {}),
  };
}

import type { ServiceSpec } from '@modelyard/core';
import type { DeployRequest } from './deploy-request.ts';
import { renderRequest } from './deploy-request.ts';
import { progressDeadlineFor, renderManifests } from './manifests/index.ts';
import { type GpuWishes, type Release, waitTimeOf } from './release/index.ts';

/** What a request wants to be live. */
export function releaseOf(request: DeployRequest): Release {
  const { spec, service, environment, image, modelLock } = request;
  const rendering = renderRequest(request);
  const { maxSurge, maxUnavailable } = spec.deploy.rollout;
  return {
    service,
    environment,
    objects: renderManifests(spec, rendering),
    image: rendering.image,
    port: spec.serve.port,
    ...waitTimeOf(request.timeoutSeconds, progressDeadlineFor(spec.model.loadBudgetSeconds)),
    ...(spec.deploy.rollout.canary ? { canary: spec.deploy.rollout.canary } : {}),
    ...(image.id ? { imageId: image.id } : {}),
    ...(image.commit ? { commit: image.commit } : {}),
    gpuWishes: gpuWishesOf(spec),
    asksForRollout: maxSurge !== undefined || maxUnavailable !== undefined,
    ...(modelLock ? { modelSha: modelLock.modelSha, proof: modelLock } : {}),
  };
}

/** What the image was built for concerns GPUs only where the service asks for one. */
function gpuWishesOf(spec: ServiceSpec): GpuWishes {
  const { memoryMiB, products } = spec.deploy.gpu;
  return { ...(memoryMiB ? { memoryMiB } : {}), ...(products.length > 0 ? { products } : {}), ...(spec.cuda ? { cuda: spec.cuda } : {}) };
}

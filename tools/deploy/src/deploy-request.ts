import type { ServiceSpec } from '@modelyard/core';
import { type ImageRecord, pinnedRef } from '@modelyard/image';
import type { RenderRequest } from './manifests/index.ts';
import type { ModelLock } from './model-lock.ts';
import type { Target } from './target.ts';

export interface DeployRequest extends Target {
  /** The spec as it holds in the target's environment. */
  readonly spec: ServiceSpec;
  /** The image; `id` and `commit` are absent when it was only named. */
  readonly image: DeployImage;
  /** Absent when the service was never trained here; its predictions are then not verified. */
  readonly modelLock?: ModelLock;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Left out, it follows from the model's load budget. */
  readonly timeoutSeconds?: number;
  /** Leave a failed rollout as it is, instead of bringing the last proved revision back. */
  readonly noRollback?: boolean;
  /** How long to wait for another deploy of the service; left out, it is told at once. */
  readonly lockWaitSeconds?: number;
}

export type DeployImage = Pick<ImageRecord, 'ref'> & Partial<Pick<ImageRecord, 'id' | 'commit' | 'digest'>>;

/** The image as pods name it: by its digest where it has one, but by its tag where it was loaded and never pushed. */
function imageToPull({ environment, image }: Pick<DeployRequest, 'environment' | 'image'>): string {
  return image.digest && environment.delivery === 'push' ? pinnedRef(image.ref, image.digest) : image.ref;
}

/** What rendering needs, taken from a deploy's request. */
export function renderRequest(request: Pick<DeployRequest, 'environment' | 'image' | 'modelLock'>): RenderRequest {
  const { environment, image, modelLock } = request;
  return {
    namespace: environment.namespace,
    environment: environment.name,
    image: imageToPull(request),
    ...(image.id ? { imageId: image.id } : {}),
    ...(image.commit ? { commit: image.commit } : {}),
    ...(modelLock ? { modelSha: modelLock.modelSha } : {}),
  };
}

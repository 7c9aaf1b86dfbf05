import { type Release, waitTimeOf } from './release/index.ts';
import type { StoredRevision } from './revisions/index.ts';
import type { Target } from './target.ts';

/** Where a revision is, and how long it may take to be live again. */
export interface RevisionTarget extends Pick<Target, 'service' | 'environment'> {
  readonly timeoutSeconds?: number;
}

const SERVICE_DEADLINE_SECONDS = 600;

/** What a recorded revision wants to be live. The service itself refuses to be ready when it differs from training, so of a revision only the model's hash is asked. */
export function releaseOfRevision(stored: StoredRevision, request: RevisionTarget): Release {
  const { objects, image, imageId, commit, modelSha, port, revision } = stored;
  const deployment = objects.find((object) => object.kind === 'Deployment')?.spec as { progressDeadlineSeconds?: number } | undefined;
  return {
    service: request.service,
    environment: request.environment,
    objects,
    image,
    port,
    ...waitTimeOf(request.timeoutSeconds, deployment?.progressDeadlineSeconds ?? SERVICE_DEADLINE_SECONDS),
    rollbackTo: revision,
    ...(imageId ? { imageId } : {}),
    ...(commit ? { commit } : {}),
    ...(modelSha ? { modelSha, proof: { modelSha, golden: { rows: [], tolerance: 0 } } } : {}),
  };
}

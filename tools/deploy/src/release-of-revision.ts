import type { Cluster } from './cluster/index.ts';
import { keepServed, type Release, waitTimeOf } from './release/index.ts';
import type { Note } from './report/index.ts';
import type { StoredRevision } from './revisions/index.ts';
import type { Target } from './target.ts';

/** Where a revision is, and how long it may take to be live again. */
export interface RevisionTarget extends Pick<Target, 'service' | 'environment'> {
  readonly timeoutSeconds?: number;
}

const SERVICE_DEADLINE_SECONDS = 600;

/**
 * What a recorded revision wants to be live, as the cluster can hold it: an add-on may have gone since, and what it brought is left out with a
 * note, as in a deploy.
 */
export function releaseOfRevision(
  cluster: Cluster,
  stored: StoredRevision,
  target: RevisionTarget,
  note: (note: Note) => void = () => undefined,
): Promise<Release> {
  return keepServed(cluster, recordedRelease(stored, target), note);
}

/** The service itself refuses to be ready when it differs from training, so of a revision only the model's hash is asked. */
function recordedRelease(stored: StoredRevision, target: RevisionTarget): Release {
  const { objects, image, imageId, commit, modelSha, port, revision } = stored;
  const deployment = objects.find((object) => object.kind === 'Deployment')?.spec as { progressDeadlineSeconds?: number } | undefined;
  return {
    service: target.service,
    environment: target.environment,
    objects,
    image,
    port,
    ...waitTimeOf(target.timeoutSeconds, deployment?.progressDeadlineSeconds ?? SERVICE_DEADLINE_SECONDS),
    rollbackTo: revision,
    ...(imageId ? { imageId } : {}),
    ...(commit ? { commit } : {}),
    ...(modelSha ? { modelSha, proof: { modelSha, golden: { rows: [], tolerance: 0 } } } : {}),
  };
}

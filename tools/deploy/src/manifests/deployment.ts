import type { ServiceSpec } from '@modelyard/core';
import type { KubeObject, ObjectMeta } from '../kube/index.ts';
import { COMMIT_ANNOTATION, metadataOf, selectorLabels } from './labels.ts';
import { renderPodTemplate } from './pod.ts';
import { progressDeadlineFor } from './probes.ts';
import type { RenderRequest } from './request.ts';

/** The pods of the service and how they are replaced. */
export function renderDeployment(spec: ServiceSpec, request: RenderRequest): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: withCommit(metadataOf(spec, request), request.commit),
    spec: {
      replicas: spec.deploy.replicas,
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: progressDeadlineFor(spec.model.loadBudgetSeconds),
      selector: { matchLabels: selectorLabels(spec) },
      strategy: { type: 'RollingUpdate', rollingUpdate: rollingUpdate(spec) },
      template: renderPodTemplate(spec, request),
    },
  };
}

/** A full GPU pool has no room for a surge pod, and the rollout would wait for ever: there, a pod leaves first. */
function rollingUpdate(spec: ServiceSpec): { maxSurge: number; maxUnavailable: number } {
  return spec.deploy.gpus > 0 ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: 1, maxUnavailable: 0 };
}

/** The commit stands on the Deployment alone: a new commit with the same image must not restart pods. */
function withCommit(metadata: ObjectMeta, commit: string | undefined): ObjectMeta {
  return commit ? { ...metadata, annotations: { ...metadata.annotations, [COMMIT_ANNOTATION]: commit } } : metadata;
}

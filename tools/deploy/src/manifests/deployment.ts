import type { CountOrPercent, ServiceSpec } from '@modelyard/core';
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
    metadata: workloadMetadata(spec, request),
    spec: {
      ...(spec.deploy.autoscaling ? {} : { replicas: spec.deploy.replicas }),
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: progressDeadlineFor(spec.model.loadBudgetSeconds),
      selector: { matchLabels: selectorLabels(spec) },
      strategy: { type: 'RollingUpdate', rollingUpdate: rollingUpdate(spec) },
      template: renderPodTemplate(spec, request),
    },
  };
}

/**
 * A full GPU pool has no room for a surge pod, and the rollout would wait for ever: there, a pod leaves first. Who asks for one of
 * the two limits gets the other one so that pods can be replaced.
 */
function rollingUpdate({ deploy: { gpus, rollout } }: ServiceSpec): { maxSurge: CountOrPercent; maxUnavailable: CountOrPercent } {
  const { maxSurge, maxUnavailable } = rollout;
  const usual = gpus > 0 ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: 1, maxUnavailable: 0 };
  const besideSurge = isNone(maxSurge) ? 1 : 0;
  return {
    maxSurge: maxSurge ?? (isNone(maxUnavailable) ? 1 : usual.maxSurge),
    maxUnavailable: maxUnavailable ?? (maxSurge === undefined ? usual.maxUnavailable : besideSurge),
  };
}

const isNone = (limit: CountOrPercent | undefined): boolean => limit === 0 || limit === '0%';

/** The commit stands on the Deployment alone: a new commit with the same image must not restart pods. */
function workloadMetadata(spec: ServiceSpec, request: RenderRequest): ObjectMeta {
  const { workload } = spec.deploy;
  const { labels, annotations, ...named } = metadataOf(spec, request);
  return {
    ...named,
    labels: { ...workload.labels, ...labels },
    annotations: { ...workload.annotations, ...annotations, ...(request.commit ? { [COMMIT_ANNOTATION]: request.commit } : {}) },
  };
}

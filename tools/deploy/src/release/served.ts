import { type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { describeObject, type KubeObject, type Resource, refOf, resourceOf } from '../kube/index.ts';
import type { Note } from '../report/index.ts';
import { settleAll } from '../settle.ts';
import type { Release } from './release.ts';

/** What follows when a cluster lacks a kind that comes with an add-on, or with newer versions of Kubernetes. */
const WITHOUT: Readonly<Record<string, { readonly isNeeded: boolean; readonly remedy: string }>> = {
  HTTPRoute: {
    isNeeded: true,
    remedy: 'install the Gateway API, or take deploy.route out of model-service.yaml (deploy.ingress does without)',
  },
  ResourceClaimTemplate: {
    isNeeded: true,
    remedy: 'take a cluster with Dynamic Resource Allocation (Kubernetes 1.34 or newer), or take claim: dra out of deploy.gpu',
  },
  ServiceMonitor: { isNeeded: false, remedy: 'install the Prometheus operator to have it, or switch deploy.monitoring off' },
};

/**
 * The release without the objects whose kinds the cluster lacks, each with a note; a ProblemError when the service cannot do
 * without one of them. The cluster is asked only where a release has such kinds.
 */
export async function keepServed(cluster: Cluster, release: Release, note: (note: Note) => void): Promise<Release> {
  const missing = await missingObjects(cluster, release.objects);
  const problems = missing.filter(({ kind }) => WITHOUT[kind]?.isNeeded).map((object) => missingKind(object, cluster.context));
  if (problems.length > 0) throw new ProblemError(problems, 'preflight');
  for (const object of missing) {
    const { what, remedy } = missingKind(object, cluster.context);
    note({ code: 'left-out', what: `${describeObject(refOf(object))} is left out: ${what}`, remedy });
  }
  return { ...release, objects: release.objects.filter((object) => !missing.includes(object)) };
}

async function missingObjects(cluster: Cluster, objects: readonly KubeObject[]): Promise<KubeObject[]> {
  const asked = objects.filter(({ kind }) => kind in WITHOUT);
  const answers = await settleAll(asked.map((object) => cluster.serves(resourceOf(object))));
  return asked.filter((_, index) => !answers[index]);
}

function missingKind(object: KubeObject, context: string): Problem {
  const { apiVersion, kind }: Pick<Resource, 'apiVersion' | 'kind'> = object;
  return {
    code: 'missing-kind',
    where: describeObject(refOf(object)),
    what: `the cluster of context "${context}" has no kind ${kind} (${apiVersion})`,
    remedy: WITHOUT[kind]?.remedy ?? '',
  };
}

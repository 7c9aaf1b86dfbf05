import type { KubeObject } from '../kube/index.ts';
import { membersOf, type Release } from '../release/index.ts';
import type { StoredRevision } from '../revisions/index.ts';
import { canaryName, type Mark } from './names.ts';
import { canaryReplicas, realShare } from './share.ts';
import type { Step } from './steps.ts';
import { type TrafficMode, withTraffic } from './traffic.ts';
import { twinObjects } from './twin.ts';

/** A release that is to be tried beside the version that serves. */
export interface Canary {
  readonly release: Release;
  /** Hash over what its pods see. */
  readonly hash: string;
  readonly steps: readonly Step[];
  readonly maxErrorRate: number;
  /** The proved revision that serves meanwhile. */
  readonly stable: StoredRevision;
  /** Pods of the version that serves. */
  readonly stableReplicas: number;
  readonly mode: TrafficMode;
  /** What an earlier deploy left of a canary, and the percentage that it gets. */
  readonly found?: Mark;
  readonly foundWeight: number;
  /** Pods that an earlier deploy left of a canary. */
  readonly foundPods: number;
  /** An earlier canary is being deleted. */
  readonly isLeaving: boolean;
}

/** Where its objects are. */
export const placeOf = ({ release }: Canary) => ({ service: release.service, namespace: release.environment.namespace });

/** Where a canary is on its way. */
export interface Point {
  readonly step: number;
  readonly weight: number;
}

/** The canary's Deployment as a release of its own: what is waited for and asked. */
export function canaryRelease({ release }: Canary): Release {
  return { ...release, service: canaryName(release.service) };
}

/** All that is to be live at a point: the version that serves with its traffic, and the canary's own objects. */
export function releaseAt(canary: Canary, point: Point): Release {
  const { release, stable, mode, hash } = canary;
  const { service, objects } = release;
  const isPromoted = point.step >= canary.steps.length;
  const base = isPromoted ? objects : stable.objects;
  const known = new Set(base.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  // Pods name these templates, whose names tell their content: those of both versions stand side by side.
  const claims = objects.filter(({ kind, metadata }) => kind === 'ResourceClaimTemplate' && !known.has(`${kind} ${metadata.name}`));
  const twins = twinObjects(service, objects, {
    release: hash,
    step: isPromoted ? 'promoting' : point.step,
    replicas: replicasAt(canary, point.step),
  });
  return { ...release, objects: [...withTraffic(service, base, mode, point.weight), ...claims, ...twins] };
}

/** The version that serves, with all of the requests; an earlier canary is left as it is. */
export function releaseAlone({ release, stable, steps }: Canary, step: number): Release {
  return step < steps.length ? { ...release, objects: stable.objects } : release;
}

/** The pods of the canary at a step. */
export function replicasAt({ steps, mode, stableReplicas }: Canary, step: number): number {
  const weight = steps[Math.min(step, steps.length - 1)]?.weight ?? 0;
  return canaryReplicas(mode, weight, stableReplicas);
}

/** The pods of the canary at its largest, and those of them that run. */
export function podsBeside(canary: Canary): { readonly wanted: number; readonly running: number } {
  return { wanted: Math.max(...canary.steps.map((_, step) => replicasAt(canary, step))), running: canary.foundPods };
}

/** The percentage of the requests that the canary really gets at a point. */
export function shareAt(canary: Canary, { step, weight }: Point): number {
  if (weight === 0) return 0;
  return realShare(canary.mode, weight, replicasAt(canary, step), canary.stableReplicas);
}

/** The Deployment of the service among the objects that are applied for a release. */
export function mainDeployment(release: Release): KubeObject | undefined {
  return membersOf(release).find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === release.service);
}

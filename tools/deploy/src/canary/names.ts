import { ANNOTATION_PREFIX } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';

/** Label of the canary's objects and pods. */
export const TRACK_LABEL = `${ANNOTATION_PREFIX}/track`;
/** Which pods the canary runs: a hash over all that they see. */
const RELEASE_ANNOTATION = `${ANNOTATION_PREFIX}/canary-release`;
/** The step that it is at, from 0, or that the service itself takes the new pods. */
const STEP_ANNOTATION = `${ANNOTATION_PREFIX}/canary-step`;
/** What a person told it, and of which release. */
const ORDER_ANNOTATION = `${ANNOTATION_PREFIX}/canary-order`;

/** Who writes orders: a deploy that applies the canary must not take them away. */
export const ORDER_MANAGER = 'modelyard-canary';

/** What a person may tell a canary. */
export type Order = 'promote' | 'abort';

/** How far a canary is, as its Deployment says. */
export interface Mark {
  readonly release: string;
  readonly step: number | 'promoting';
  readonly order?: Order;
}

/** The name of the canary's objects, and of its pods by their name label. */
export const canaryName = (service: string): string => `${service}-canary`;

/** The annotations that say how far a canary is. */
export const markAnnotations = ({ release, step }: Mark): Record<string, string> => ({
  [RELEASE_ANNOTATION]: release,
  [STEP_ANNOTATION]: String(step),
});

/** The annotation by which a canary of this release is told to promote or to abort. */
export const orderAnnotations = (order: Order, release: string): Record<string, string> => ({ [ORDER_ANNOTATION]: `${order} ${release}` });

/** How far the canary of a Deployment is; an order that was given to another release is none. */
export function markOf(deployment: KubeObject): Mark {
  const annotations = deployment.metadata.annotations ?? {};
  const release = annotations[RELEASE_ANNOTATION] ?? '';
  const [order, of] = (annotations[ORDER_ANNOTATION] ?? '').split(' ');
  const isOrder = (order === 'promote' || order === 'abort') && of === release;
  const step = annotations[STEP_ANNOTATION] ?? '0';
  return { release, step: step === 'promoting' ? step : Number(step), ...(isOrder ? { order } : {}) };
}

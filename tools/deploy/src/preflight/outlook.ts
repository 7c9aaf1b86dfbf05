import type { KubeObject, LiveDeployment } from '../kube/index.ts';
import type { Note } from '../report/index.ts';
import type { CanaryPods } from './canary-pods.ts';
import type { Hold } from './claim.ts';
import type { GpuDemand } from './gpu-demand.ts';
import type { GpuOutlook, Place } from './gpu-outlook.ts';
import { count } from './gpu-words.ts';
import type { QuotaBound } from './quota.ts';
import type { SchedulingSpec } from './scheduling.ts';
import type { RolloutLimits } from './surge.ts';

/** The Deployment whose pods are about to be replaced. */
export interface Subject {
  readonly place: Place;
  readonly where: string;
  readonly replicas: number;
  readonly pod: SchedulingSpec;
  readonly strategy: RolloutLimits;
  /** As it is sent. */
  readonly desired: KubeObject;
  readonly live: LiveDeployment | undefined;
  readonly canary: CanaryPods;
}

/** What was seen of the cluster. */
export interface Outlook {
  readonly notes: readonly Note[];
  readonly demand?: GpuDemand;
  readonly gpus?: GpuOutlook;
  /** Pods that the quotas still admit. */
  readonly admitted: number;
  readonly bounds: readonly QuotaBound[];
  readonly running: number;
  readonly hold?: Hold;
}

/** `there is no room for 1 more pod: 0 of 4 nvidia.com/gpu free`, without its beginning. */
export const gpusLack = (needed: string, { gpus, demand }: Outlook): string =>
  `no room for ${needed}: ${gpus?.free} of ${gpus?.allocatable} ${demand?.resource} free`;

/** What a quota lacks. */
export const quotaLacks = (needed: string): string => `the quota has no room for ${needed}`;

/** `1 more pod beside the canary`. */
export const morePods = (pods: number, canary: CanaryPods): string =>
  `${count(pods, 'more pod')}${canary.wanted > 0 ? ' beside the canary' : ''}`;

import { DEFAULT_DEVICE_CLASS, DEFAULT_MIG_DEVICE_CLASS, NVIDIA_GPU_RESOURCE } from './contract.ts';
import type { DeploySource, EnvironmentSource } from './deploy-schema.ts';

type Block<Key extends keyof DeploySource> = NonNullable<DeploySource[Key]>;
type StringMap = Readonly<Record<string, string>>;

/** How a service runs on Kubernetes: defaults filled in, blocks that are off left out. */
export interface DeploySpec {
  /** Number of pods; with autoscaling, the number that is there for sure. */
  readonly replicas: number;
  readonly autoscaling?: AutoscalingSpec;
  readonly disruption: DisruptionSpec;
  readonly rollout: RolloutSpec;
  readonly resources: { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string; readonly cpuLimit?: string };
  /** GPUs for each pod, of the kind that `gpu` tells. */
  readonly gpus: number;
  readonly gpu: GpuSpec;
  readonly env: StringMap;
  readonly secrets: readonly { readonly env: string; readonly secret: string; readonly key: string }[];
  /** Absent: every port of the pods can be reached by anyone. */
  readonly network?: { readonly from: readonly NetworkPeer[] };
  readonly route?: Omit<Block<'route'>, 'enabled'> & { readonly gateway: string; readonly path: string };
  readonly ingress?: Omit<Block<'ingress'>, 'enabled'> & { readonly host: string; readonly path: string };
  readonly monitoring?: { readonly intervalSeconds: number; readonly labels: StringMap };
  readonly nodeSelector: StringMap;
  readonly tolerations: Block<'tolerations'>;
  readonly priorityClass?: string;
  readonly pod: PassthroughSpec;
  readonly workload: PassthroughSpec;
}

export interface AutoscalingSpec {
  /** "external": something else than a HorizontalPodAutoscaler of ours sets the replicas. */
  readonly managedBy: 'hpa' | 'external';
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly cpuPercent?: number;
  readonly memoryPercent?: number;
  readonly metrics: readonly ScalingMetric[];
  readonly scaleDownStabilizationSeconds: number;
}

export type ScalingMetric = NonNullable<Block<'autoscaling'>['metrics']>[number];
export type NetworkPeer = NonNullable<Block<'network'>['from']>[number];
/** A number of pods, or a share such as "25%". */
export type CountOrPercent = number | string;

/** What a drain may take; `enabled` is false when it may take all. */
export interface DisruptionSpec {
  readonly enabled: boolean;
  readonly maxUnavailable?: CountOrPercent;
  readonly minAvailable?: number;
}

export interface RolloutSpec {
  /** What was asked for; absent, it follows from the GPUs. */
  readonly maxSurge?: CountOrPercent;
  readonly maxUnavailable?: CountOrPercent;
  readonly canary?: CanarySpec;
}

export interface CanarySpec {
  readonly steps: readonly { readonly weight: number; readonly seconds: number }[];
  readonly maxErrorRate: number;
}

export interface GpuSpec {
  readonly resource: string;
  readonly claim: 'device-plugin' | 'dra';
  readonly deviceClass: string;
  readonly memoryMiB?: number;
  /** Names of allowed GPUs; none: any. */
  readonly products: readonly string[];
  readonly runtimeClass?: string;
}

export interface PassthroughSpec {
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/** What holds where `deploy` says nothing. */
export const DEPLOY_DEFAULTS = {
  replicas: 1,
  resources: { cpu: '250m', memory: '512Mi', ephemeralStorage: '256Mi' },
  cpuPercent: 80,
  scaleDownStabilizationSeconds: 300,
  maxUnavailable: 1,
  intervalSeconds: 30,
  path: '/',
  maxErrorRate: 0.01,
  canarySteps: [
    { weight: 10, seconds: 60 },
    { weight: 50, seconds: 60 },
  ],
} as const;

/** The parsed form of `deploy`, as merged with an environment's differences. */
export function deployOf(source: DeploySource): DeploySpec {
  const { route, ingress, monitoring, network } = source;
  const autoscaling = isOn(source.autoscaling) ? autoscalingOf(source.autoscaling) : undefined;
  return {
    replicas: autoscaling?.minReplicas ?? source.replicas ?? DEPLOY_DEFAULTS.replicas,
    ...(autoscaling ? { autoscaling } : {}),
    disruption: disruptionOf(source.disruption),
    rollout: rolloutOf(source.rollout),
    resources: { ...DEPLOY_DEFAULTS.resources, ...source.resources },
    gpus: source.gpus ?? 0,
    gpu: gpuOf(source.gpu),
    env: source.env ?? {},
    secrets: source.secrets ?? [],
    ...(network?.enabled === false ? {} : { network: { from: network?.from ?? [] } }),
    ...(isOn(route) ? { route: { path: DEPLOY_DEFAULTS.path, gateway: '', ...withoutSwitch(route) } } : {}),
    ...(isOn(ingress) ? { ingress: { path: DEPLOY_DEFAULTS.path, host: '', ...withoutSwitch(ingress) } } : {}),
    ...(isOn(monitoring) ? { monitoring: monitoringOf(monitoring) } : {}),
    nodeSelector: source.nodeSelector ?? {},
    tolerations: source.tolerations ?? [],
    ...(source.priorityClass ? { priorityClass: source.priorityClass } : {}),
    pod: passthroughOf(source.pod),
    workload: passthroughOf(source.workload),
  };
}

/** Whether a block is there and not switched off. */
export function isOn<T extends { readonly enabled?: boolean }>(block: T | undefined): block is T {
  return block !== undefined && block.enabled !== false;
}

function autoscalingOf(source: Block<'autoscaling'>): AutoscalingSpec {
  const { cpuPercent, memoryPercent, metrics = [], minReplicas = 1, maxReplicas = minReplicas } = source;
  const isUnaimed = cpuPercent === undefined && memoryPercent === undefined && metrics.length === 0;
  const cpu = isUnaimed ? DEPLOY_DEFAULTS.cpuPercent : cpuPercent;
  return {
    managedBy: (source.managedBy as AutoscalingSpec['managedBy'] | undefined) ?? 'hpa',
    minReplicas,
    maxReplicas,
    ...(cpu === undefined ? {} : { cpuPercent: cpu }),
    ...(memoryPercent === undefined ? {} : { memoryPercent }),
    metrics,
    scaleDownStabilizationSeconds: source.scaleDownStabilizationSeconds ?? DEPLOY_DEFAULTS.scaleDownStabilizationSeconds,
  };
}

function disruptionOf(source: Block<'disruption'> = {}): DisruptionSpec {
  const { enabled = true, minAvailable, maxUnavailable = DEPLOY_DEFAULTS.maxUnavailable } = source;
  return minAvailable === undefined ? { enabled, maxUnavailable } : { enabled, minAvailable };
}

function rolloutOf(source: Block<'rollout'> = {}): RolloutSpec {
  const { canary, ...limits } = source;
  if (!isOn(canary)) return limits;
  const { steps = DEPLOY_DEFAULTS.canarySteps, maxErrorRate = DEPLOY_DEFAULTS.maxErrorRate } = canary;
  return { ...limits, canary: { steps, maxErrorRate } };
}

function gpuOf(source: Block<'gpu'> = {}): GpuSpec {
  const { resource = NVIDIA_GPU_RESOURCE, claim = 'device-plugin', products = [], ...rest } = source;
  const deviceClass = source.deviceClass ?? (resource.includes('/mig-') ? DEFAULT_MIG_DEVICE_CLASS : DEFAULT_DEVICE_CLASS);
  return { ...rest, resource, claim: claim as GpuSpec['claim'], products, deviceClass };
}

function monitoringOf({ intervalSeconds = DEPLOY_DEFAULTS.intervalSeconds, labels = {} }: Block<'monitoring'>) {
  return { intervalSeconds, labels };
}

function passthroughOf({ labels = {}, annotations = {} }: Block<'pod'> = {}): PassthroughSpec {
  return { labels, annotations };
}

function withoutSwitch<T extends { readonly enabled?: boolean }>(block: T): Omit<T, 'enabled'> {
  const { enabled: _on, ...rest } = block;
  return rest;
}

/**
 * An environment's differences laid over `deploy`, both as written. Blocks and maps merge by key, lists and values are replaced. Of
 * two keys that exclude each other, the environment's one takes the place of the other.
 */
export function mergeDeploy(base: DeploySource, { model: _model, ...over }: EnvironmentSource): DeploySource {
  return mergeMaps(base, over, '');
}

/** Keys that exclude each other, by the block that holds them. */
const RIVALS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '': [
    ['replicas', 'autoscaling'],
    ['route', 'ingress'],
  ],
  disruption: [['maxUnavailable', 'minAvailable']],
};

type AnyMap = Readonly<Record<string, unknown>>;

function mergeMaps(base: AnyMap, over: AnyMap, block: string): AnyMap {
  const gone = (RIVALS[block] ?? []).flatMap(([a, b]) => [...(isChosen(over[a]) ? [b] : []), ...(isChosen(over[b]) ? [a] : [])]);
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(base).filter(([key]) => !gone.includes(key)));
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMap(below) && isMap(value) ? mergeMaps(below, value, block === '' ? key : `${block}.${key}`) : value;
  }
  return merged;
}

const isChosen = (value: unknown): boolean => (isMap(value) ? value.enabled !== false : value !== undefined);

const isMap = (value: unknown): value is AnyMap => typeof value === 'object' && value !== null && !Array.isArray(value);

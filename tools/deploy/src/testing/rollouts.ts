import type { ContainerState, KubeNode, LiveDeployment, LiveEvent, LivePod, LiveReplicaSet } from '../kube/index.ts';
import type { Rollout } from '../readiness/index.ts';

const TEMPLATE = { metadata: { labels: { app: 'churn' } }, spec: { containers: [{ name: 'model', image: 'churn:2' }] } };
const OLD_TEMPLATE = { ...TEMPLATE, spec: { containers: [{ name: 'model', image: 'churn:1' }] } };

/** A Deployment of two replicas that its controller has seen. */
export function deploymentWith(status: NonNullable<LiveDeployment['status']> = {}, replicas = 1): LiveDeployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'churn', namespace: 'ml', uid: 'd', generation: 2 },
    spec: { replicas, progressDeadlineSeconds: 360, template: TEMPLATE },
    status: { observedGeneration: 2, ...status },
  };
}

/** The ReplicaSet of the new template, or of the old one. */
export function replicaSet(age: 'new' | 'old', status: NonNullable<LiveReplicaSet['status']> = {}): LiveReplicaSet {
  const template = age === 'new' ? TEMPLATE : OLD_TEMPLATE;
  const labels = { ...template.metadata.labels, 'pod-template-hash': age };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `churn-${age}`, namespace: 'ml', uid: age, ownerReferences: [{ kind: 'Deployment', name: 'churn', uid: 'd' }] },
    spec: { replicas: 1, template: { ...template, metadata: { labels } } } as LiveReplicaSet['spec'] & object,
    status,
  };
}

export interface PodSketch {
  readonly age?: 'new' | 'old';
  readonly name?: string;
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
  readonly requests?: Readonly<Record<string, string>>;
  readonly unschedulable?: string;
  readonly leaving?: boolean;
}

/** A pod of the new ReplicaSet, unless told otherwise. */
export function podLike(sketch: PodSketch = {}): LivePod {
  const { age = 'new', name = 'churn-new-1', ready = false, restarts = 0, state, lastState, requests = {}, unschedulable } = sketch;
  const statuses = [{ name: 'model', ready, restartCount: restarts, ...(state ? { state } : {}), ...(lastState ? { lastState } : {}) }];
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: unschedulable ?? '' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'ml',
      uid: name,
      ownerReferences: [{ kind: 'ReplicaSet', name: `churn-${age}`, uid: age }],
      ...(sketch.leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { containers: [{ name: 'model', image: 'churn:2', resources: { requests, limits: { memory: '512Mi' } } }] },
    status: { phase: 'Pending', conditions: unschedulable ? [condition] : [], containerStatuses: unschedulable ? [] : statuses },
  };
}

/** An event about a pod. */
export function podEvent(reason: string, message: string, pod = 'churn-new-1'): LiveEvent {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${pod}.${reason}`, namespace: 'ml' },
    type: 'Warning',
    reason,
    message,
    involvedObject: { kind: 'Pod', name: pod, uid: pod },
  };
}

/** A node that offers the given resources. */
export function nodeOffering(name: string, allocatable: Readonly<Record<string, string>>): KubeNode {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { allocatable, conditions: [{ type: 'Ready', status: 'True' }] } };
}

/** A rollout with one new ReplicaSet and the given pods. */
export function rolloutOf(pods: readonly LivePod[], more: Partial<Rollout> = {}): Rollout {
  return {
    deployment: deploymentWith(),
    replicaSets: [replicaSet('old'), replicaSet('new')],
    pods,
    events: [],
    growth: [],
    health: new Map(),
    ...more,
  };
}

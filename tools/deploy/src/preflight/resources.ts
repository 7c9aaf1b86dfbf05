import { NODE_POOL } from '../autoscaler/index.ts';
import type { Resource } from '../kube/index.ts';

const clusterWide = (apiVersion: string, kind: string, plural: string): Resource => ({ apiVersion, kind, plural, namespaced: false });

/** Kinds that preflight reads or asks, and a deploy never writes. */
export const LOOKED_AT = {
  ResourceQuota: { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true },
  PriorityClass: clusterWide('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses'),
  IngressClass: clusterWide('networking.k8s.io/v1', 'IngressClass', 'ingressclasses'),
  RuntimeClass: clusterWide('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses'),
  DeviceClass: clusterWide('resource.k8s.io/v1', 'DeviceClass', 'deviceclasses'),
  ResourceSlice: clusterWide('resource.k8s.io/v1', 'ResourceSlice', 'resourceslices'),
  NodePool: NODE_POOL,
  RulesReview: clusterWide('authorization.k8s.io/v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews'),
  AccessReview: clusterWide('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'),
  SelfReview: clusterWide('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews'),
} as const satisfies Record<string, Resource>;

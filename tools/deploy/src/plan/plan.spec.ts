import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { differingPaths, equalJson, type KubeObject } from '../kube/index.ts';
import { fakeCluster } from '../testing/fake-cluster.ts';
import { applyPlan, isUnchanged, planChanges } from './index.ts';

const objectOf = (spec: unknown, managedFields: KubeObject['metadata']['managedFields'] = []): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'churn', namespace: 'ml', resourceVersion: '7', generation: 3, managedFields },
  spec,
});
const ours = (fieldsV1: unknown) => [{ manager: 'modelyard', operation: 'Apply', fieldsV1 }];

test('an object that is not there is created', () => {
  const desired = objectOf({ replicas: 1 });
  expect(planChanges([{ desired }])).toEqual({ changes: [{ action: 'create', object: desired }] });
});

test('keeps a deployment whose spec already matches, whatever the server counts', () => {
  const desired = objectOf({ replicas: 1 });
  const live = { ...desired, status: { replicas: 1 } };
  const applied = { ...desired, metadata: { ...desired.metadata, resourceVersion: '8', generation: 4 } };
  expect(isUnchanged(planChanges([{ desired, live, applied }]))).toBe(true);
});

test('an update names the fields that change', () => {
  const desired = objectOf({ replicas: 2, template: { image: 'b' } });
  const comparison = { desired, live: objectOf({ replicas: 1, template: { image: 'a' } }), applied: desired };
  expect(planChanges([comparison]).changes).toEqual([
    { action: 'update', object: desired, fields: ['spec.replicas', 'spec.template.image'] },
  ]);
});

test('equal values that someone else owns are applied, so that we own them too', () => {
  const desired = objectOf({ replicas: 1 }, ours({ 'f:spec': {} }));
  const comparison = { desired, live: objectOf({ replicas: 1 }), applied: desired };
  expect(planChanges([comparison]).changes).toEqual([{ action: 'update', object: desired, fields: ['metadata.managedFields'] }]);
});

test('what pods need is applied before the pods, and kept objects are not applied', async () => {
  const kinds = ['Deployment', 'Service', 'Namespace', 'ConfigMap', 'ServiceAccount'];
  const changes = kinds.map((kind) => {
    const object = { apiVersion: 'v1', kind, metadata: { name: 'churn' } };
    return kind === 'Service' ? ({ action: 'keep', object } as const) : ({ action: 'create', object } as const);
  });
  const cluster = fakeCluster();
  await applyPlan(cluster, { changes }, () => undefined);
  expect(cluster.calls).toEqual(['apply namespace/churn', 'apply configmap/churn', 'apply serviceaccount/churn', 'apply deployment/churn']);
});

test('what leads to the pods, and what changes their number, is applied after them; an autoscaled object begins with the fewest', async () => {
  const autoscaler = { minReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'churn' } };
  const kinds = ['HTTPRoute', 'HorizontalPodAutoscaler', 'Deployment', 'NetworkPolicy', 'ResourceClaimTemplate', 'PodDisruptionBudget'];
  const changes = kinds.map((kind) => {
    const object = { apiVersion: 'v1', kind, metadata: { name: 'churn' }, spec: kind === 'HorizontalPodAutoscaler' ? autoscaler : {} };
    return { action: 'create', object } as const;
  });
  const cluster = fakeCluster();
  await applyPlan(cluster, { changes }, () => undefined);
  expect(cluster.calls).toEqual([
    'apply networkpolicy/churn',
    'apply resourceclaimtemplate/churn',
    'apply poddisruptionbudget/churn',
    'apply deployment/churn',
    'apply deployment/churn',
    'apply httproute/churn',
    'apply horizontalpodautoscaler/churn',
  ]);
});

test('any JSON value equals its copy, and differs nowhere from it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(equalJson(value, structuredClone(value))).toBe(true);
      expect(differingPaths(value, structuredClone(value))).toEqual([]);
    }),
  );
});

test('two JSON values differ at some path unless they are equal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(differingPaths(a, b).length > 0).toBe(!equalJson(a, b));
    }),
  );
});

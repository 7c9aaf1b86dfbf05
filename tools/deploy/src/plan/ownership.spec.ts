import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { driftOf, lostFields, ownsEveryField } from './ownership.ts';

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 1, true, null),
    fc.array(fc.record({ name: fc.constantFrom('x', 'y'), port: tie('value') })),
    fc.dictionary(fc.constantFrom('a', 'b', 'name'), tie('value')),
  ),
}));

type Fields = { [name: string]: Fields };

/** The fields of a value as managedFields names them, without those that the choice leaves out. */
function fieldsOf(value: unknown, isLeftOut: () => boolean): Fields {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Array.isArray(value)
    ? value.map((item) => [`k:${JSON.stringify({ name: item.name })}`, item] as const)
    : Object.entries(value).map(([key, inner]) => [`f:${key}`, inner] as const);
  return Object.fromEntries(entries.filter(() => !isLeftOut()).map(([name, inner]) => [name, fieldsOf(inner, isLeftOut)]));
}

test('every field is owned just when none is lost', () => {
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(anyValue, fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }), fc.boolean(), (spec, dice, isOurs) => {
      const desired: KubeObject = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'churn', namespace: 'ml' }, spec };
      let thrown = 0;
      const fieldsV1 = fieldsOf(desired, () => dice[thrown++ % dice.length] === 0);
      const managedFields = isOurs ? [{ manager: 'modelyard', operation: 'Apply', fieldsV1 }] : [];
      const live = { ...desired, metadata: { ...desired.metadata, managedFields } };
      outcomes.add(ownsEveryField(desired, live));
      expect(ownsEveryField(desired, live)).toBe(lostFields(desired, live).length === 0);
    }),
  );
  expect(outcomes.size).toBe(2);
});

const deploymentOf = (replicas: number, image: string, managedFields?: KubeObject['metadata']['managedFields']): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'churn', namespace: 'ml', ...(managedFields ? { managedFields } : {}) },
  spec: { replicas, template: { spec: { containers: [{ name: 'model', image }] } } },
});
const FIELDS = fieldsOf(deploymentOf(1, 'churn:1'), () => false);
const entryOf = (manager: string, operation: 'Apply' | 'Update', fieldsV1: object = FIELDS) => ({ manager, operation, fieldsV1 });
const REPLICAS = { 'f:spec': { 'f:replicas': {} } };

test('a field that an edit and we say alike is taken back just when another value is wanted', () => {
  const live = deploymentOf(2, 'churn:1', [entryOf('modelyard', 'Apply'), entryOf('kubectl', 'Update', REPLICAS)]);
  expect(driftOf(deploymentOf(3, 'churn:1'), live)).toEqual([{ field: 'spec.replicas', manager: 'kubectl' }]);
  expect(driftOf(deploymentOf(2, 'churn:2'), live)).toEqual([]);
});

test('an item of a list is compared with the live one of its name, wherever that stands', () => {
  const live = deploymentOf(1, 'churn:1', [entryOf('modelyard', 'Apply'), entryOf('kubectl-set', 'Update')]);
  (live.spec as { template: { spec: { containers: object[] } } }).template.spec.containers.unshift({ name: 'side', image: 'churn:2' });
  expect(driftOf(deploymentOf(1, 'churn:1'), live)).toEqual([]);
  expect(driftOf(deploymentOf(1, 'churn:2'), live)).toEqual([{ field: 'spec.template.spec.containers[0].image', manager: 'kubectl-set' }]);
});

test('nothing is taken back from another applier, who would take it again', () => {
  const live = deploymentOf(2, 'churn:1', [entryOf('modelyard', 'Apply'), entryOf('argocd', 'Apply', REPLICAS)]);
  expect(driftOf(deploymentOf(3, 'churn:1'), live)).toEqual([]);
});

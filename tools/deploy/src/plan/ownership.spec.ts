import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { lostFields, ownsEveryField } from './ownership.ts';

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

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RULES, WAIVERS } from '../testing/object-rules.ts';
import { type Rendered, renderedOf } from '../testing/rendered.ts';
import { anySpec } from '../testing/specs.ts';

const REQUEST = { namespace: 'ml', environment: 'staging', image: 'registry.example/churn:1a2b3c' };
let rendered: readonly Rendered[] | undefined;

/** The same random specs for each rule. */
function randomServices(): readonly Rendered[] {
  rendered ??= fc.sample(anySpec, 200).map((spec) => renderedOf(spec, REQUEST));
  return rendered;
}

test.each(RULES)('every service keeps: $name', ({ holds }) => {
  expect(
    randomServices()
      .filter((one) => !holds(one))
      .map((one) => one.spec),
  ).toEqual([]);
});

test('each rule that is not kept has its reason, and none is kept all the same', () => {
  const kept = RULES.flatMap(({ name }) => name.split(/[;,] /));
  for (const { name, because } of WAIVERS) {
    expect(because.length).toBeGreaterThan(20);
    expect(kept).not.toContain(name);
  }
});

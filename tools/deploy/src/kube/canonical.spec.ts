import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';

/** What hashes in clusters were made of: an object with sorted keys, as text. */
function asEverWritten(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const key = fc.oneof(fc.string(), fc.nat().map(String), fc.constantFrom('10', '9', '01', '-1', '1e3', 'é', 'z'));
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { withCrossShrink: true },
    fc.jsonValue(),
    fc.constant(undefined),
    fc.array(tie('value')),
    fc.dictionary(key, tie('value')),
  ),
}));

test('the text of a value stays what it ever was, so that no hash in a cluster grows old', () => {
  fc.assert(
    fc.property(fc.dictionary(key, anyValue), (value) => {
      expect(canonicalJson(value)).toBe(asEverWritten(value));
    }),
  );
});

test('the order of keys does not matter', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: 'x' })).toBe('{"a":"x","b":[{"d":1}]}');
});

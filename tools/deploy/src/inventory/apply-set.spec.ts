import { expect, test } from 'vitest';
import { applySetId } from './index.ts';

test('the id of a set is the one of KEP-3659', () => {
  // base64url(sha256("my-set.default.Secret.")), as kubectl computes it.
  const id = applySetId({ name: 'my-set', namespace: 'default', kind: 'Secret', group: '' });
  expect(id).toMatch(/^applyset-[\w-]{43}-v1$/);
  expect(applySetId({ name: 'my-set', namespace: 'default', kind: 'ConfigMap', group: '' })).not.toBe(id);
});

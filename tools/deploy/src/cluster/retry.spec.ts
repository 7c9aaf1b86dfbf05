import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Attempt, MAX_ATTEMPTS, retryDelaySeconds } from './retry.ts';

const answered = (status: number, text = '', retryAfter?: string): Attempt => ({
  answered: true,
  status,
  text,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
const lost = (errorCode: string): Attempt => ({ answered: false, errorCode });
const SCHEMA_ERROR =
  '{"kind":"Status","message":"failed to create typed patch object: .spec.colour: field not declared in schema","code":500}';

test.each([
  [answered(429, '', '3'), 3],
  [answered(429), 0.125],
  [answered(503, '', '120'), 30],
  [answered(500, 'etcdserver: leader changed'), 0.125],
  [lost('ECONNRESET'), 0.125],
  [lost('ETIMEDOUT'), 0.125],
])('%j is tried again after %d s at the soonest', (attempt, seconds) => {
  expect(retryDelaySeconds(attempt, 1, 0)).toBe(seconds);
});

test.each([
  [answered(500, SCHEMA_ERROR)],
  [answered(409)],
  [answered(422)],
  [answered(403)],
  [lost('ENOTFOUND')],
  [lost('CERT_HAS_EXPIRED')],
  [lost('SELF_SIGNED_CERT_IN_CHAIN')],
])('%j is never tried again', (attempt) => {
  expect(retryDelaySeconds(attempt, 1, 0)).toBeUndefined();
});

const conflict = (details: object, reason = 'Conflict') => answered(409, JSON.stringify({ kind: 'Status', reason, details }));
const QUOTA = { kind: 'resourcequotas' };
const FIELD = { causes: [{ reason: 'FieldManagerConflict' }] };

test.each([
  ['PATCH', conflict({}), true],
  ['POST', conflict(QUOTA), true],
  ['PATCH', conflict({}, 'AlreadyExists'), true],
  ['POST', conflict({}, 'AlreadyExists'), false],
  ['PUT', conflict({}), false],
  ['PATCH', conflict(FIELD), false],
])('a %s that meets another write (%j) is tried again: %s', (method, attempt, isRetried) => {
  expect(retryDelaySeconds(attempt, 1, 0, method) !== undefined).toBe(isRetried);
});

test('a Status that says when to come back is obeyed without a header', () => {
  const text = JSON.stringify({ kind: 'Status', reason: 'ServerTimeout', details: { retryAfterSeconds: 2 } });
  expect(retryDelaySeconds(answered(500, text), 1, 0)).toBe(2);
});

test.each([
  'etcdserver: request is too large',
  '.spec.template.spec.containers[0].env: duplicate entries for key [name="A"]',
  'failed to convert new object (ml/churn; apps/v1, Kind=Deployment) to proper version: unable to convert unstructured object to apps/v1, Kind=Deployment: json: cannot unmarshal number 99999999999 into Go value of type int32',
])('a 500 that blames what was sent is never tried again: %s', (message) => {
  expect(retryDelaySeconds(answered(500, JSON.stringify({ kind: 'Status', message })), 1, 0)).toBeUndefined();
});

test('waits grow, vary, and end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_ATTEMPTS - 2 }), fc.double({ min: 0, max: 0.99, noNaN: true }), (made, random) => {
      const delay = retryDelaySeconds(answered(503), made, random) ?? Number.NaN;
      expect(delay).toBeGreaterThan(0);
      expect(retryDelaySeconds(answered(503), made + 1, random)).toBeGreaterThan(delay);
    }),
  );
  expect(retryDelaySeconds(answered(503), MAX_ATTEMPTS, 0)).toBeUndefined();
});

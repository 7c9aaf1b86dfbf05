import { type Pack, packIntegrity } from '@modelyard/templates';
import { expect, test } from 'vitest';
import { EMPTY_LOCK, formatLock, lockPlace, parseLock, sha256 } from './lock.ts';

const PACK: Pack = { manifest: { name: 'toy', version: '1.0.0', owners: [] }, templates: { 'files/a': 'a\n' } };

test('a place is recorded with its pack, its answers and a hash and owner for each file', () => {
  const lock = lockPlace(EMPTY_LOCK, 'services/churn', PACK, { name: 'churn' }, [{ path: 'a', text: 'a\n', owner: 'seeded', mode: 0o644 }]);
  expect(lock.places['services/churn']).toEqual({
    pack: { name: 'toy', version: '1.0.0', integrity: packIntegrity(PACK) },
    answers: { name: 'churn' },
    overlays: [],
    files: { a: { sha256: sha256('a\n'), owner: 'seeded' } },
  });
});

test('the text of a lock does not depend on the order in which places were added', () => {
  const one = lockPlace(lockPlace(EMPTY_LOCK, 'b', PACK, {}, []), 'a', PACK, {}, []);
  const two = lockPlace(lockPlace(EMPTY_LOCK, 'a', PACK, {}, []), 'b', PACK, {}, []);
  expect(formatLock(one)).toBe(formatLock(two));
  expect(parseLock(formatLock(one))).toEqual(one);
});

test('a lock of an unknown schema is refused', () => {
  expect(() => parseLock('{"schema": 9}')).toThrow('.modelyard/lock.json has schema 9; this version reads 1');
});

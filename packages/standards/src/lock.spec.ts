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

test('a lock of an unknown schema, after a merge, or that is no JSON is a problem with what to do', () => {
  expect(() => parseLock('{"schema": 9}')).toThrow('bad-lock  .modelyard/lock.json: it has schema 9; this version reads 1');
  expect(() => parseLock('null')).toThrow('it has schema undefined');
  expect(() => parseLock('{\n<<<<<<< HEAD\n"a": 1\n=======\n>>>>>>> other\n}')).toThrow(
    /it holds the marks of a merge\s+keep the places of both sides/,
  );
  expect(() => parseLock('{')).toThrow(/it is no JSON: .*\s+bring it back: git checkout HEAD -- .modelyard\/lock.json/);
});

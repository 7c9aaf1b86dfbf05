import { expect, test } from 'vitest';
import { editDistance, nearestWord } from './nearest.ts';

test('counts the edits between two words', () => {
  expect([editDistance('kitten', 'sitting'), editDistance('', 'abc'), editDistance('same', 'same')]).toEqual([3, 3, 0]);
});

test('offers the nearest word, and none when all are far', () => {
  expect(nearestWord('replica', ['replicas', 'resources'])).toBe('replicas');
  expect(nearestWord('zzz', ['replicas', 'resources'])).toBeUndefined();
});

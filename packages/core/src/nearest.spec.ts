import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearestWord } from './nearest.ts';

test('counts the edits between two words', () => {
  expect([editDistance('kitten', 'sitting'), editDistance('', 'abc'), editDistance('same', 'same')]).toEqual([3, 3, 0]);
});

test('offers the nearest word, and none when all are far', () => {
  expect(nearestWord('replica', ['replicas', 'resources'])).toBe('replicas');
  expect(nearestWord('zzz', ['replicas', 'resources'])).toBeUndefined();
});

test('a remedy begins with the nearest word, written as a text or as it would be typed, and else with nothing', () => {
  expect(didYouMean('replica', ['replicas', 'resources'])).toBe('did you mean "replicas"? ');
  expect(didYouMean('enviroment', ['environment'], (option) => `--${option}`)).toBe('did you mean --environment? ');
  expect(didYouMean('zzz', ['replicas'])).toBe('');
});

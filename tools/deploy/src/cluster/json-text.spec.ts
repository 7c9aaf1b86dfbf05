import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonText } from './json-text.ts';

test('what breaks a line in YAML, or is refused there, is escaped', () => {
  expect(jsonText({ a: 'one\u2028 two\u0085three\u007f\ufeff\ufffe' })).toBe('{"a":"one\\u2028 two\\u0085three\\u007f\\ufeff\\ufffe"}');
});

test('any text is the same for a reader of JSON and for one of YAML', () => {
  const texts = fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(texts, (value) => {
      const text = jsonText(Object.entries(value));
      expect(JSON.parse(text)).toEqual(Object.entries(value));
      expect(parse(text, { version: '1.1' })).toEqual(Object.entries(value));
    }),
  );
});

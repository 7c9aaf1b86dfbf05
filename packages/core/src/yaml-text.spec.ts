import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { yamlText } from './yaml-text.ts';

test('plain words stay plain', () => {
  expect(yamlText('churn-risk')).toBe('churn-risk');
  expect(yamlText('ghcr.io/acme')).toBe('ghcr.io/acme');
});

test('words that YAML 1.1 or 1.2 takes for something else are quoted', () => {
  for (const word of ['n', 'y', 'no', 'yes', 'on', 'off', 'true', 'False', 'null', '~', '1e3', '0x1f', '12:30', '1_000', '2026-01-01'])
    expect(yamlText(word)).toBe(`"${word}"`);
});

test('blanks at an end, and line ends of any script, are kept', () => {
  for (const text of ['\u00a0', 'a\u2003', '\u2028', 'a\u0085b', ' a', '\t'])
    for (const version of ['1.1', '1.2'] as const) expect(parse(`key: ${yamlText(text)}\n`, { version })).toEqual({ key: text });
});

test('every text is read back as it was, by YAML 1.1 and by YAML 1.2', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      for (const version of ['1.1', '1.2'] as const) expect(parse(`key: ${yamlText(text)}\n`, { version })).toEqual({ key: text });
    }),
  );
});

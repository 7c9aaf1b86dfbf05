import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblems } from './problem.ts';
import { DNS_LABEL, parseServiceName, suggestServiceName } from './service-name.ts';

test('a name gives the label, the Python module and the title', () => {
  expect(parseServiceName('churn-risk')).toEqual({ ok: true, value: { label: 'churn-risk', module: 'churn_risk', title: 'Churn Risk' } });
});

test('a bad name is refused with the nearest good one', () => {
  const result = parseServiceName('Churn!', 'services/Churn!/model-service.yaml:2:7');
  expect(result.ok ? '' : formatProblems(result.problems)).toBe(
    `bad-name  services/Churn!/model-service.yaml:2:7: name "Churn!" cannot become a DNS label
          use lower-case letters, digits and "-", starting with a letter, at most 46, for example "churn"`,
  );
});

test('a name that is too long is refused with its length', () => {
  const result = parseServiceName('a'.repeat(50));
  expect(result.ok ? '' : result.problems[0]?.what).toBe(`name "${'a'.repeat(50)}" is 50 characters long`);
});

test('every text becomes a DNS label or a problem', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
      const result = parseServiceName(text);
      return result.ok ? DNS_LABEL.test(result.value.label) && result.value.label === text : result.problems.length === 1;
    }),
  );
});

test('a suggestion keeps the letters below their accents', () => {
  expect(suggestServiceName('Über-Prüfung')).toBe('uber-prufung');
});

test('every suggestion is itself a good name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
      const suggestion = suggestServiceName(text);
      return suggestion === undefined || parseServiceName(suggestion).ok;
    }),
  );
});

import type { DataSchema, Feature } from '@modelyard/core';

const DIGITS = String.raw`\d+([.,'’]\d+)*`;
const UNIT = String.raw`([%‰\p{Sc}]|EUR|USD|GBP|CHF|JPY)`;
const AMOUNT = new RegExp(String.raw`^[+-]?\s*(${UNIT}\s*[+-]?\s*${DIGITS}|${DIGITS}\s*${UNIT})$`, 'u');
const MONTH = String.raw`((jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mär|mrz|okt|dez)\.?|january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember)`;
const DAY = String.raw`\d{1,2}(st|nd|rd|th|\.)?`;
const YEAR = String.raw`(\d{4}|'?\d{2})`;
const NAMED_DATE = String.raw`(${DAY}[\s-]*)?${MONTH}[\s-]*${YEAR}|${MONTH}\s+${DAY},?\s+${YEAR}`;
const SHORT_DATE = String.raw`\d{1,2}/\d{1,2}/\d{2}|\d{1,2}\.\d{1,2}\.\d{2}|\d{1,2}-\d{1,2}-\d{2}`;
const DATE = new RegExp(String.raw`^(\p{L}+,?\s+)?(${NAMED_DATE}|${SHORT_DATE})(?![\d\p{L}])`, 'iu');
const TIME = /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s*[ap]m)?$/i;

/** What a category's values look like to a reader, if it is more than a name. */
const LOOKS = [
  { looks: 'amounts with a unit', pattern: AMOUNT },
  { looks: 'dates', pattern: DATE },
  { looks: 'times of day', pattern: TIME },
] as const;

/** A warning for each column that became a category though its values look like amounts, dates or times. */
export const categoryWarnings = (schema: DataSchema): readonly string[] => schema.features.flatMap(warningOf);

function warningOf(feature: Feature): string[] {
  if (feature.type !== 'string') return [];
  const look = LOOKS.find(({ pattern }) => feature.values.every((value) => pattern.test(value.trim())));
  if (!look) return [];
  const taken = `column "${feature.name}" is taken as a category of ${feature.values.length} texts, such as "${feature.example}"`;
  return [
    `${taken}: they look like ${look.looks}, and one that is not in the table will be refused; make numbers of them, or leave the column out`,
  ];
}

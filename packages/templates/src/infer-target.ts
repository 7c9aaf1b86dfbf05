import { type DataSchema, fail, type Problem, type Result, succeed } from '@modelyard/core';
import { type Column, isNumber, isWhole, MOST_CATEGORIES, missingTargets } from './infer-feature.ts';

/** A numeric target with at most this many distinct whole values is a class, not a quantity. */
const MOST_NUMERIC_CLASSES = 10;

/** What is predicted: a class or a number; or the problem that the column cannot be learned. */
export function inferTarget(column: Column): Result<Pick<DataSchema, 'task' | 'classes'>> {
  const missing = missingTargets(column);
  if (missing) return fail(missing);
  const texts = column.cells.map(({ text }) => text);
  const distinct = new Set(texts);
  const isNumeric = texts.every(isNumber);
  if (isNumeric && !(texts.every(isWhole) && distinct.size <= MOST_NUMERIC_CLASSES)) {
    return new Set(texts.map(Number)).size > 1 ? succeed({ task: 'regression' }) : fail(constant(column));
  }
  if (distinct.size === 1) return fail(constant(column));
  if (distinct.size > MOST_CATEGORIES) return fail(tooManyClasses(column, distinct.size));
  const rare = [...distinct].filter((label) => texts.indexOf(label) === texts.lastIndexOf(label)).sort();
  return rare.length > 0
    ? fail(...rare.map((label) => rareClass(column, label)))
    : succeed({ task: 'classification', classes: distinct.size });
}

const where = (column: Column): string => `${column.file}: column "${column.name}"`;

const constant = (column: Column): Problem => ({
  code: 'one-class',
  where: where(column),
  what: `every value is "${column.cells[0]?.text}"`,
  remedy: 'there is nothing to learn: choose another target, or a table with more than one answer',
});

const tooManyClasses = (column: Column, count: number): Problem => ({
  code: 'unusable-target',
  where: where(column),
  what: `it holds ${count} different texts, too many for classes`,
  remedy: `choose another target, or group it into at most ${MOST_CATEGORIES} classes`,
});

const rareClass = (column: Column, label: string): Problem => ({
  code: 'rare-class',
  where: where(column),
  what: `"${label}" is there once; training and measuring need one each`,
  remedy: 'drop the row, or find more of its kind',
});

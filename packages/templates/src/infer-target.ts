import { type DataSchema, fail, type Problem, type Result, succeed } from '@modelyard/core';
import { type Column, commaNumberIn, isNumber, isTooLarge, isWhole, MOST_CATEGORIES, missingTargets } from './infer-feature.ts';

/** A numeric target with at most this many distinct whole values is a class, not a quantity. */
const MOST_NUMERIC_CLASSES = 10;

/** What training takes for a class with a number for its name: 007 and more than 15 digits are a code, and 1.0 is what a table makes of 1 beside a gap. */
const WHOLE_LABEL = /^-?(0|[1-9]\d{0,14})(\.0+)?$/;

/** What is predicted: a class or a number, as the values or the given task say; or the problem that the column cannot be learned. */
export function inferTarget(column: Column, task?: DataSchema['task']): Result<Pick<DataSchema, 'task' | 'classes'>> {
  const missing = missingTargets(column);
  if (missing) return fail(missing);
  const comma = commaNumberIn(column.cells.map(({ text }) => text));
  if (comma !== undefined) return fail(withComma(column, comma));
  const labels = labelsOf(column.cells.map(({ text }) => text));
  const distinct = new Set(labels);
  const isNumeric = labels.every(isNumber);
  if (task === 'regression' && !isNumeric) return fail(noNumbers(column));
  const seemsClass = !isNumeric || (labels.every(isWhole) && distinct.size <= MOST_NUMERIC_CLASSES);
  if (task === 'regression' || (task === undefined && !seemsClass)) {
    const numbers = labels.map(Number);
    if (numbers.some(isTooLarge)) return fail(tooLarge(column, labels[numbers.findIndex(isTooLarge)] as string));
    return new Set(numbers).size > 1 ? succeed({ task: 'regression' }) : fail(constant(column));
  }
  if (distinct.size === 1) return fail(constant(column));
  if (distinct.size > MOST_CATEGORIES) return fail(tooManyClasses(column, distinct.size));
  const rare = [...distinct].filter((label) => labels.indexOf(label) === labels.lastIndexOf(label)).sort();
  return rare.length > 0
    ? fail(...rare.map((label) => rareClass(column, label, isNumeric)))
    : succeed({ task: 'classification', classes: distinct.size });
}

/** The names of the classes as training has them. */
const labelsOf = (texts: readonly string[]): string[] =>
  texts.every((text) => WHOLE_LABEL.test(text)) ? texts.map((text) => String(Number(text))) : [...texts];

const where = (column: Column): string => `${column.file}: column "${column.name}"`;

function constant(column: Column): Problem {
  const ways = [...new Set(column.cells.map(({ text }) => text))];
  const problem = { code: 'one-class', where: where(column) };
  if (ways.length === 1) {
    const remedy = 'there is nothing to learn: choose another target, or a table with more than one answer';
    return { ...problem, what: `every value is "${ways[0]}"`, remedy };
  }
  const written = `${ways
    .slice(0, 3)
    .map((text) => `"${text}"`)
    .join(', ')}${ways.length > 3 ? ', …' : ''}`;
  const remedy = 'write it in one way; if these are codes, say --task=classification';
  return { ...problem, what: `every value is ${Number(ways[0])}, written as ${written}`, remedy };
}

const tooManyClasses = (column: Column, count: number): Problem => ({
  code: 'unusable-target',
  where: where(column),
  what: `it holds ${count} different values, too many for classes`,
  remedy: `choose another target, or group it into at most ${MOST_CATEGORIES} classes`,
});

const withComma = (column: Column, text: string): Problem => ({
  code: 'unusable-target',
  where: where(column),
  what: `it holds numbers with a comma, such as "${text}"`,
  remedy: 'write them with a point',
});

const tooLarge = (column: Column, text: string): Problem => ({
  code: 'unusable-target',
  where: where(column),
  what: `it holds "${text}", too large for many models`,
  remedy: 'give it in a larger unit, or as its logarithm',
});

const noNumbers = (column: Column): Problem => ({
  code: 'unusable-target',
  where: where(column),
  what: `it holds "${column.cells.find(({ text }) => !isNumber(text))?.text}", and --task=regression predicts numbers`,
  remedy: 'leave --task out, or choose a target of numbers',
});

const rareClass = (column: Column, label: string, isNumeric: boolean): Problem => ({
  code: 'rare-class',
  where: where(column),
  what: `"${label}" is there once; training and measuring need one each`,
  remedy: `drop the row, or find more of its kind${isNumeric ? '; if it is a quantity, say --task=regression' : ''}`,
});

import { type Feature, fail, type Problem, type Result, succeed } from '@modelyard/core';

/** More distinct texts than this make a column an identifier or free text, not a category. */
export const MOST_CATEGORIES = 50;

/** A column of the table. */
export interface Column {
  readonly name: string;
  readonly file: string;
  readonly cells: readonly { readonly line: number; readonly text: string }[];
}

/** A number as Python's float and the request's JSON both have it. */
const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;
const WHOLE = /^\s*[+-]?\d+\s*$/;
/** What tables write for a value that is missing; in a column of texts these may be categories. */
const MISSING = /^(nan|na|n\/a|#n\/a|null|nil|none|-|\?)?$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;
const DATE = /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
/** 1,5 and 1.234,5 and 1,234.5: numbers to a reader, texts to Python and JSON. */
const COMMA_NUMBER = /^\s*[+-]?(\d+,\d+|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(,\d{3})+(\.\d+)?)\s*$/;
/** As the training has it: many models count in single precision, which ends here. */
const LARGEST_NUMBER = 1e38;
const IDENTIFIER = /(^|[^A-Za-z])(id|uuid|guid)$|^(ID|Id|UUID|GUID)$|[^A-Za-z](ID|UUID|GUID|Id)$|[a-z]I[Dd]$/;
const ROW_NUMBER = /(^|[^a-z])(index|row)$/i;

export const isNumber = (text: string): boolean => NUMBER.test(text) && Number.isFinite(Number(text));
export const isTooLarge = (value: number): boolean => Math.abs(value) > LARGEST_NUMBER;
export const isWhole = (text: string): boolean => WHOLE.test(text);

/** The feature in a column, nullable when values are missing in it; or the problem that it can be none. */
export function inferFeature(column: Column): Result<Feature> {
  const { present, missing } = splitCells(column);
  if (present.length === 0) return fail(unusable(column, 'it is empty'));
  const infinite = present.find(({ text }) => INFINITE.test(text.trim()));
  if (infinite && present.every(({ text }) => isNumber(text) || INFINITE.test(text.trim()))) return fail(notFinite(column, infinite));
  const texts = present.map(({ text }) => text);
  const feature = texts.every(isNumber) ? inferNumber(column, texts) : inferCategory(column, texts);
  return feature.ok && missing.length > 0 ? succeed({ ...feature.value, nullable: true }) : feature;
}

/** The first of the numbers that are written with a comma, when a column holds nothing else. */
export function commaNumberIn(texts: readonly string[]): string | undefined {
  const isOne = (text: string): boolean => isNumber(text) || COMMA_NUMBER.test(text) || MISSING.test(text.trim());
  return texts.every(isOne) ? texts.find((text) => COMMA_NUMBER.test(text)) : undefined;
}

/** The problem of a target in which values are missing. */
export function missingTargets(column: Column): Problem | undefined {
  const { present, missing } = splitCells(column);
  if (present.length === 0) return unusable(column, 'it is empty');
  const first = missing[0];
  if (first === undefined) return undefined;
  const times = missing.length === 1 ? 'once' : `${missing.length} times`;
  return {
    code: 'missing-value',
    where: `${column.file}:${first.line}`,
    what: `column "${column.name}" has no value here ("${first.text}"), ${times} in all`,
    remedy: 'drop the rows whose answer is not known',
  };
}

type Cell = Column['cells'][number];

/** The cells with a value and those without: among numbers, words such as NaN and NA stand for none. */
function splitCells(column: Column): { present: Cell[]; missing: Cell[] } {
  const filled = column.cells.filter(({ text }) => text.trim() !== '');
  const words = filled.filter(({ text }) => !isNumber(text) && !INFINITE.test(text.trim()));
  // One such word alone is no category either: the column is empty.
  const isOneWord = new Set(filled.map(({ text }) => text)).size === 1;
  const isNumeric = (words.length < filled.length || isOneWord) && words.every(({ text }) => MISSING.test(text.trim()));
  const isMissing = (cell: Cell): boolean => (isNumeric ? MISSING.test(cell.text.trim()) : cell.text.trim() === '');
  const { present = [], missing = [] } = Object.groupBy(column.cells, (cell) => (isMissing(cell) ? 'missing' : 'present'));
  return { present, missing };
}

function inferNumber(column: Column, texts: readonly string[]): Result<Feature> {
  const numbers = texts.map(Number);
  const whole = texts.every(isWhole);
  if (whole && numbers.some((value) => !Number.isSafeInteger(value)))
    return fail(unusable(column, 'it holds whole numbers of more than 15 digits'));
  if (numbers.some(isTooLarge)) return fail(unusable(column, `it holds numbers beyond ${LARGEST_NUMBER}, too large for many models`));
  if (whole && isIdentifier(column.name, numbers)) return fail(unusable(column, 'it numbers the rows: a model would learn them by heart'));
  const minimum = numbers.every((value) => value >= 0) ? { minimum: 0 } : {};
  return succeed({ name: column.name, type: whole ? 'integer' : 'number', ...minimum, example: numbers[0] as number });
}

/** Whether whole numbers are all different, in a column that is named as an identifier; or count the rows, in one that is named so. */
function isIdentifier(name: string, numbers: readonly number[]): boolean {
  if (new Set(numbers).size < numbers.length) return false;
  if (!ROW_NUMBER.test(name)) return IDENTIFIER.test(name);
  const span = numbers.reduce((most, value) => Math.max(most, value)) - numbers.reduce((least, value) => Math.min(least, value));
  return span === numbers.length - 1;
}

function inferCategory(column: Column, texts: readonly string[]): Result<Feature> {
  if (texts.every((text) => DATE.test(text.trim())))
    return fail(unusable(column, 'it holds dates; one that training has not seen could not be asked'));
  const comma = commaNumberIn(texts);
  if (comma !== undefined) return fail(unusable(column, `it holds numbers with a comma, such as "${comma}": write them with a point`));
  const categories = [...new Set(texts)].sort();
  if (categories.length > MOST_CATEGORIES)
    return fail(unusable(column, `it holds ${categories.length} different texts, too many for a category`));
  if (categories.length === texts.length) return fail(unusable(column, 'each row holds another text'));
  return succeed({ name: column.name, type: 'string', values: categories, example: texts[0] as string });
}

const notFinite = (column: Column, cell: Cell): Problem => ({
  code: 'not-finite',
  where: `${column.file}:${cell.line}`,
  what: `column "${column.name}" is "${cell.text}" here, which no request can hold`,
  remedy: `give a number, or leave the cell empty; or leave the column out: ${exclude(column)}`,
});

const unusable = (column: Column, what: string): Problem => ({
  code: 'unusable-column',
  where: `${column.file}: column "${column.name}"`,
  what,
  remedy: `leave it out with ${exclude(column)}, or turn it into numbers or fewer categories`,
});

const exclude = ({ name }: Column): string => (/^[\w-]+$/.test(name) ? `--exclude=${name}` : `--exclude=${JSON.stringify(name)}`);

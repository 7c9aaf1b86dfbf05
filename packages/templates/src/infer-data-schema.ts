import { type DataSchema, type Feature, fail, nearestWord, type Result, succeed } from '@modelyard/core';

/** More distinct texts than this make a column an identifier or free text, not a category. */
const MOST_CATEGORIES = 50;
/** A numeric target with at most this many distinct whole values is a class, not a quantity. */
const MOST_NUMERIC_CLASSES = 10;

/**
 * The schema of a CSV table (RFC 4180) whose first line names its columns: types, example row, and the task.
 * Numeric columns become integer or number, others categories; a problem for each column that is neither.
 */
export function inferDataSchema(csv: string, target: string, file: string): Result<DataSchema> {
  const [header, ...rows] = parseCsv(csv);
  if (!header || rows.length === 0) {
    return fail({
      code: 'empty-table',
      where: file,
      what: 'it holds no rows',
      remedy: 'give a CSV with a header line and at least one row',
    });
  }
  if (!header.includes(target)) {
    const nearest = nearestWord(target, header);
    return fail({
      code: 'unknown-target',
      where: `${file}:1`,
      what: `there is no column "${target}"`,
      remedy: `${nearest ? `did you mean "${nearest}"? ` : ''}columns: ${header.join(', ')}`,
    });
  }
  const column = (name: string) => rows.map((row) => row[header.indexOf(name)] ?? '');
  const features = header.filter((name) => name !== target).map((name) => inferFeature(name, column(name), file));
  const problems = features.flatMap((feature) => (feature.ok ? [] : feature.problems));
  if (problems.length > 0) return fail(...problems);
  return succeed({
    target,
    ...inferTask(column(target)),
    features: features.flatMap((feature) => (feature.ok ? [feature.value] : [])),
  });
}

function inferFeature(name: string, values: readonly string[], file: string): Result<Feature> {
  const present = values.filter((value) => value !== '');
  const numbers = present.map(Number);
  if (present.length > 0 && numbers.every(Number.isFinite)) {
    const isWhole = present.every((value) => /^[+-]?\d+$/.test(value));
    const example = numbers[0] as number;
    const minimum = numbers.every((value) => value >= 0) ? { minimum: 0 } : {};
    return succeed({ name, type: isWhole ? 'integer' : 'number', ...minimum, example });
  }
  const categories = [...new Set(present)].sort();
  if (categories.length > 0 && categories.length <= MOST_CATEGORIES) {
    return succeed({ name, type: 'string', values: categories, example: present[0] as string });
  }
  return fail({
    code: 'unusable-column',
    where: `${file}: column "${name}"`,
    what: categories.length === 0 ? 'it is empty' : `it holds ${categories.length} different texts, too many for a category`,
    remedy: 'remove the column from the table, or turn it into numbers or fewer categories',
  });
}

function inferTask(values: readonly string[]): Pick<DataSchema, 'task' | 'classes'> {
  const isNumeric = values.every((value) => value !== '' && Number.isFinite(Number(value)));
  const distinct = new Set(values);
  const isClass = !isNumeric || (distinct.size <= MOST_NUMERIC_CLASSES && values.every((value) => Number.isInteger(Number(value))));
  return isClass ? { task: 'classification', classes: distinct.size } : { task: 'regression' };
}

/** Rows of cells; quotes, doubled quotes and both line ends are understood, empty lines are left out. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    [row, cell] = [[], ''];
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (isQuoted) {
      if (char === '"' && text[i + 1] === '"') cell += text[++i];
      else if (char === '"') isQuoted = false;
      else cell += char;
    } else if (char === '"') isQuoted = true;
    else if (char === ',') [row, cell] = [[...row, cell], ''];
    else if (char === '\n') endRow();
    else if (char !== '\r' && char !== '\uFEFF') cell += char;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}

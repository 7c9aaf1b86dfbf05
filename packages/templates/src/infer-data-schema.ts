import { type DataSchema, didYouMean, fail, type Problem, type Result, succeed } from '@modelyard/core';
import { type CsvRecord, parseCsv } from './csv.ts';
import { type Column, inferFeature } from './infer-feature.ts';
import { inferTarget } from './infer-target.ts';
import { columnsNamed } from './named-columns.ts';

/** As the training has it: fewer rows can be neither trained on nor measured with. */
const FEWEST_ROWS = 10;

/**
 * The schema of a CSV table whose first line names its columns: types, example row, and the task, unless it is given. Numeric columns become integer
 * or number, others categories. Everything that the training would refuse is a problem here, all of them together.
 */
export function inferDataSchema(
  csv: string,
  target: string,
  file: string,
  options: { readonly exclude?: readonly string[]; readonly task?: DataSchema['task'] } = {},
): Result<DataSchema> {
  const records = parseCsv(csv, file);
  if (!records.ok) return records;
  const [header, ...rows] = records.value;
  if (!header || rows.length === 0) return fail(emptyTable(file));
  const exclude = columnsNamed(options.exclude ?? [], header.cells);
  const shape = shapeProblems(header.cells, rows, [target, ...exclude], file);
  if (shape.length > 0) return fail(...shape);
  const column = (name: string): Column => {
    const index = header.cells.indexOf(name);
    return { name, file, cells: rows.map((row) => ({ line: row.line, text: row.cells[index] as string })) };
  };
  const names = header.cells.filter((name) => name !== target && !exclude.includes(name));
  const inferred = inferTarget(column(target), options.task);
  const features = names.map((name) => inferFeature(column(name)));
  const problems = [
    ...(rows.length < FEWEST_ROWS ? [tooFewRows(file, rows.length)] : []),
    ...(names.length === 0 ? [noFeatures(file)] : []),
  ];
  problems.push(...[inferred, ...features].flatMap((result) => (result.ok ? [] : result.problems)));
  if (problems.length > 0 || !inferred.ok) return fail(...problems);
  return succeed({ target, ...inferred.value, features: features.flatMap((feature) => (feature.ok ? [feature.value] : [])) });
}

/** What is wrong with the table as a table: its header, and lines that do not fit it. */
function shapeProblems(header: readonly string[], rows: readonly CsvRecord[], named: readonly string[], file: string): Problem[] {
  const where = `${file}:1`;
  const single = header.length === 1 ? [';', '\t', '|'].find((mark) => header[0]?.includes(mark)) : undefined;
  if (single !== undefined) {
    const what = `its columns seem to be separated by ${JSON.stringify(single)}`;
    return [{ code: 'bad-csv', where, what, remedy: 'save it as CSV with commas, numbers with a point' }];
  }
  const unnamed = header.flatMap((name, index) => (name.trim() === '' ? [index + 1] : []));
  const doubled = [...new Set(header.filter((name, index) => header.indexOf(name) !== index && name.trim() !== ''))];
  const unknown = named.filter((name) => !header.includes(name));
  const uneven = rows.find((row) => row.cells.length !== header.length);
  return [
    ...unnamed.map((index) =>
      problem('unnamed-column', where, `column ${index} has no name`, 'name it, or remove it (an index that was written along)'),
    ),
    ...doubled.map((name) => problem('double-column', where, `column "${name}" is there more than once`, 'rename or remove all but one')),
    ...unknown.map((name) => unknownColumn(name, header, where, name === named[0])),
    ...(uneven
      ? [problem('bad-row', `${file}:${uneven.line}`, `${uneven.cells.length} cells, the header has ${header.length}`, 'mend the line')]
      : []),
  ];
}

function unknownColumn(name: string, header: readonly string[], where: string, isTarget: boolean): Problem {
  const remedy = `${didYouMean(name, header)}columns: ${header.join(', ')}`;
  return problem(isTarget ? 'unknown-target' : 'unknown-column', where, `there is no column "${name}"`, remedy);
}

const problem = (code: string, where: string, what: string, remedy: string): Problem => ({ code, where, what, remedy });

const emptyTable = (file: string): Problem =>
  problem('empty-table', file, 'it holds no rows', 'give a CSV with a header line and at least one row');

const noFeatures = (file: string): Problem =>
  problem('no-features', file, 'no column is left to predict from', 'leave fewer columns out, or add some');

const tooFewRows = (file: string, count: number): Problem =>
  problem('too-few-rows', file, `${count} rows are too few to train and to measure`, `give at least ${FEWEST_ROWS}`);

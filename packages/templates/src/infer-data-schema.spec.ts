import { type DataSchema, formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { inferDataSchema } from './infer-data-schema.ts';

/** A table of twelve rows: each column by a function of the row's number. */
function tableOf(columns: Readonly<Record<string, (row: number) => unknown>>, rows = 12): string {
  const lines = Array.from({ length: rows }, (_, row) => Object.values(columns).map((cell) => cell(row)));
  return [Object.keys(columns), ...lines].map((line) => line.join(',')).join('\n');
}

const TARGET = { y: (row: number) => row % 2 };
const schemaOf = (csv: string, target = 'y', exclude: readonly string[] = []): DataSchema | string => {
  const schema = inferDataSchema(csv, target, 't.csv', { exclude });
  return schema.ok ? schema.value : formatProblems(schema.problems);
};
const featuresOf = (csv: string, exclude?: readonly string[]) => (schemaOf(csv, 'y', exclude) as DataSchema).features;

test('columns become integers, numbers and categories with an example', () => {
  const csv = tableOf({
    age: (row) => 31 + row,
    income: (row) => -3.25 + row,
    city: (row) => ['Oslo', 'Bergen'][row % 2],
    bought: (row) => (row % 3 ? 'yes' : 'no'),
  });
  expect(schemaOf(csv, 'bought')).toEqual({
    target: 'bought',
    task: 'classification',
    classes: 2,
    features: [
      { name: 'age', type: 'integer', minimum: 0, example: 31 },
      { name: 'income', type: 'number', example: -3.25 },
      { name: 'city', type: 'string', values: ['Bergen', 'Oslo'], example: 'Oslo' },
    ],
  });
});

test('a target with many numeric values is a regression', () => {
  expect(schemaOf(tableOf({ x: (row) => row, price: (row) => row * 1.5 }), 'price')).toMatchObject({ task: 'regression' });
});

test('names in any script, with commas, spaces and quotes, are kept as they are', () => {
  const csv = tableOf({ 'Größe (cm)': (row) => row, '"a, b"': (row) => row, '"say ""hi"""': (row) => row, 年齢: (row) => row, ...TARGET });
  expect(featuresOf(csv).map(({ name }) => name)).toEqual(['Größe (cm)', 'a, b', 'say "hi"', '年齢']);
});

test('truth values, and words that YAML would take for one, are categories', () => {
  const csv = tableOf({ is_open: (row) => ['true', 'false'][row % 2], answer: (row) => ['no', 'on'][row % 2], ...TARGET });
  expect(featuresOf(csv)).toEqual([
    { name: 'is_open', type: 'string', values: ['false', 'true'], example: 'true' },
    { name: 'answer', type: 'string', values: ['no', 'on'], example: 'no' },
  ]);
});

test('hexadecimal and blanks are no numbers, though JavaScript takes them for some', () => {
  expect(featuresOf(tableOf({ code: (row) => ['0x10', '0x1F'][row % 2], ...TARGET }))[0]).toMatchObject({ type: 'string' });
  expect(featuresOf(tableOf({ x: (row) => (row === 3 ? '  ' : row), ...TARGET }))[0]).toMatchObject({ type: 'integer', nullable: true });
});

test('a column with gaps is nullable, also when they are written NaN among numbers', () => {
  const csv = tableOf({ x: (row) => (row === 2 || row === 5 ? 'NaN' : row), z: (row) => (row === 7 ? '' : 'ab'[row % 2]), ...TARGET });
  expect(featuresOf(csv)).toEqual([
    { name: 'x', type: 'integer', minimum: 0, example: 0, nullable: true },
    { name: 'z', type: 'string', values: ['a', 'b'], example: 'a', nullable: true },
  ]);
  expect(featuresOf(tableOf({ word: (row) => ['NA', 'EU'][row % 2], ...TARGET }))).toEqual([
    { name: 'word', type: 'string', values: ['EU', 'NA'], example: 'NA' },
  ]);
});

test('numbers with a comma are refused, because they would become categories', () => {
  const refused = (cells: readonly string[]) => schemaOf(tableOf({ x: (row) => `"${cells[row % cells.length]}"`, ...TARGET }));
  expect(refused(['1,5', '2', 'NaN'])).toBe(
    `unusable-column  t.csv: column "x": it holds numbers with a comma, such as "1,5": write them with a point
          leave it out with --exclude=x, or turn it into numbers or fewer categories`,
  );
  for (const text of ['-1.234,5', '1,234', '12,345.6']) expect(refused([text, '7'])).toContain(`such as "${text}"`);
  for (const texts of [
    ['1,2,3', '4'],
    ['a,b', '1,5'],
  ])
    expect(refused(texts)).toMatchObject({ task: 'classification' });
  expect(schemaOf(tableOf({ x: (row) => row, y: (row) => `"${row},5"` }))).toContain(
    'unusable-target  t.csv: column "y": it holds numbers with a comma, such as "0,5"',
  );
});

test('a column of nothing but one word for a missing value is empty', () => {
  for (const word of ['NaN', 'NA', '-'])
    expect(schemaOf(tableOf({ x: (row) => row, z: (row) => (row === 3 ? '' : word), ...TARGET }))).toContain('column "z": it is empty');
});

test('numbers that single precision does not hold are refused', () => {
  expect(schemaOf(tableOf({ x: (row) => `${row}e300`, ...TARGET }))).toContain('column "x": it holds numbers beyond 1e+38');
  expect(schemaOf(tableOf({ x: (row) => row, y: (row) => `${row}e39` }))).toContain(
    'column "y": it holds "1e39", too large for many models',
  );
});

test('an infinite number is named with its place: JSON has none', () => {
  expect(schemaOf(tableOf({ x: (row) => (row === 4 ? '-Infinity' : row), ...TARGET }))).toBe(
    `not-finite  t.csv:6: column "x" is "-Infinity" here, which no request can hold
          give a number, or leave the cell empty; or leave the column out: --exclude=x`,
  );
});

test('NA among texts is a category', () => {
  expect(featuresOf(tableOf({ region: (row) => ['NA', 'EU'][row % 2], ...TARGET }))[0]).toMatchObject({ values: ['EU', 'NA'] });
});

test('columns that no model should learn from are refused: empty, identifiers, dates, free text', () => {
  const csv = tableOf({
    nothing: () => '',
    customer_id: (row) => 7000 + row * 3,
    big: (row) => `${row}2345678901234567890`,
    signup: (row) => `2026-01-${10 + (row % 3)}`,
    note: (row) => `call ${row}`,
    ...TARGET,
  });
  const remedy = (name: string) => `leave it out with --exclude=${name}, or turn it into numbers or fewer categories`;
  expect(schemaOf(csv)).toBe(
    `unusable-column  t.csv: column "nothing": it is empty
          ${remedy('nothing')}

unusable-column  t.csv: column "customer_id": it numbers the rows: a model would learn them by heart
          ${remedy('customer_id')}

unusable-column  t.csv: column "big": it holds whole numbers of more than 15 digits
          ${remedy('big')}

unusable-column  t.csv: column "signup": it holds dates; one that training has not seen could not be asked
          ${remedy('signup')}

unusable-column  t.csv: column "note": each row holds another text
          ${remedy('note')}`,
  );
});

test('a column of free text is refused', () => {
  expect(schemaOf(tableOf({ note: (row) => `note ${row % 60}`, ...TARGET }, 120))).toBe(
    `unusable-column  t.csv: column "note": it holds 60 different texts, too many for a category
          leave it out with --exclude=note, or turn it into numbers or fewer categories`,
  );
});

test('columns that are left out need not be usable', () => {
  const csv = tableOf({ id: (row) => row, note: () => '', x: (row) => row, ...TARGET });
  expect(featuresOf(csv, ['id', 'note']).map(({ name }) => name)).toEqual(['x']);
  const withComma = tableOf({ '"note, free"': () => '', x: (row) => row, ...TARGET });
  expect((schemaOf(withComma, 'y', ['note', ' free']) as DataSchema).features.map(({ name }) => name)).toEqual(['x']);
  expect(schemaOf(csv, 'y', ['nots'])).toBe(
    `unknown-column  t.csv:1: there is no column "nots"
          did you mean "note"? columns: id, note, x, y`,
  );
  expect(schemaOf(tableOf(TARGET))).toContain('no-features  t.csv: no column is left to predict from');
});

test('an unknown target is refused with the nearest column', () => {
  expect(schemaOf('a,churned\n1,0\n', 'churn')).toBe(
    `unknown-target  t.csv:1: there is no column "churn"
          did you mean "churned"? columns: a, churned`,
  );
});

test('columns without a name, or with the same one, and lines that do not fit are named together', () => {
  expect(schemaOf(',x,x,y\n0,1,2,0\n1,2,3\n')).toBe(
    `unnamed-column  t.csv:1: column 1 has no name
          name it, or remove it (an index that was written along)

double-column  t.csv:1: column "x" is there more than once
          rename or remove all but one

bad-row  t.csv:3: 3 cells, the header has 4
          mend the line`,
  );
});

test('a table with another separator says which', () => {
  expect(schemaOf('x;y\n1,5;0\n')).toBe(
    `bad-csv  t.csv:1: its columns seem to be separated by ";"
          save it as CSV with commas, numbers with a point`,
  );
});

test('a target that cannot be learned is refused: constant, unknown in places, one of a kind, too many classes', () => {
  const x = { x: (row: number) => row };
  expect(schemaOf(tableOf({ ...x, y: () => 1 }))).toContain('one-class  t.csv: column "y": every value is "1"');
  expect(schemaOf(tableOf({ ...x, y: () => '2.50' }))).toContain('one-class  t.csv: column "y": every value is "2.50"');
  expect(schemaOf(tableOf({ ...x, y: (row) => (row === 1 ? '' : row % 2) }))).toBe(
    `missing-value  t.csv:3: column "y" has no value here (""), once in all
          drop the rows whose answer is not known`,
  );
  expect(schemaOf(tableOf({ ...x, y: (row) => (row === 1 ? 'once' : 'often') }))).toContain(
    'rare-class  t.csv: column "y": "once" is there once; training and measuring need one each',
  );
  expect(schemaOf(tableOf({ ...x, y: (row) => `kind ${row}` }, 60))).toContain(
    'unusable-target  t.csv: column "y": it holds 60 different values, too many for classes',
  );
});

const taskOf = (y: (row: number) => unknown, task?: DataSchema['task'], rows?: number): unknown => {
  const schema = inferDataSchema(tableOf({ x: (row) => row, y }, rows), 'y', 't.csv', task ? { task } : {});
  return schema.ok ? [schema.value.task, schema.value.classes] : formatProblems(schema.problems);
};

test('one number that is written in several ways is told as that', () => {
  expect(
    schemaOf(tableOf({ x: (row) => row / 2, y: (row) => ['007', '7', '7.0'][row % 3] })),
  ).toBe(`one-class  t.csv: column "y": every value is 7, written as "007", "7", "7.0"
          write it in one way; if these are codes, say --task=classification`);
});

test('whole numbers that a table wrote as 0.0 and 1.0 are classes; codes with leading zeros are not numbers', () => {
  expect(taskOf((row) => `${row % 2}.0`)).toEqual(['classification', 2]);
  expect(taskOf((row) => ['007', '7'][row % 2])).toEqual(['classification', 2]);
  expect(taskOf((row) => ['1', '1.0', '0'][row % 3])).toEqual(['classification', 2]);
  expect(taskOf((row) => ['-0', '0.0', '-1'][row % 3])).toEqual(['classification', 2]);
  expect(taskOf((row) => `100000000000000000${row % 2}`)).toEqual(['classification', 2]);
});

test('a column of different whole numbers is an identifier by its name, or a count of the rows', () => {
  const isRefused = (name: string, value: (row: number) => number) =>
    typeof schemaOf(tableOf({ x: (row) => row, [name]: value, ...TARGET })) === 'string';
  const ids = ['id', 'Id', 'ID', 'customer_id', 'CustomerID', 'PassengerId', 'Order Id', 'row-uuid'];
  expect(ids.filter((name) => !isRefused(name, (row) => 7000 + row * 3))).toEqual([]);
  expect(['index', 'Row', 'row_index'].filter((name) => !isRefused(name, (row) => row + 1))).toEqual([]);
  expect(['Bid', 'grid', 'price_index', 'Heat Index'].filter((name) => isRefused(name, (row) => 7000 + row * 3))).toEqual([]);
});

test('the task is what is said: a count is a quantity, and many numbers may be classes', () => {
  const once = (row: number) => (row === 3 ? 9 : row % 3);
  expect(taskOf(once)).toContain('if it is a quantity, say --task=regression');
  expect(taskOf(once, 'regression')).toEqual(['regression', undefined]);
  expect(taskOf((row) => row % 20, 'classification', 60)).toEqual(['classification', 20]);
  expect(taskOf((row) => ['a', 'b'][row % 2], 'regression')).toBe(
    `unusable-target  t.csv: column "y": it holds "a", and --task=regression predicts numbers
          leave --task out, or choose a target of numbers`,
  );
});

test('a table of a few rows, or of none, is refused', () => {
  expect(schemaOf(tableOf({ x: (row) => row, ...TARGET }, 8))).toContain('too-few-rows  t.csv: 8 rows are too few to train and to measure');
  expect(schemaOf('x,y\n')).toContain('empty-table  t.csv: it holds no rows');
});

import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DataSchema, fail, type Result, succeed } from '@modelyard/core';
import { inferDataSchema } from '@modelyard/templates';

/** The options that name a training table of the user's. */
export interface TableOptions {
  /** Path of a CSV. */
  readonly data?: string;
  readonly target?: string;
  readonly exclude?: readonly string[];
  /** Left out, the target's values tell. */
  readonly task?: DataSchema['task'];
}

/** A training table of the user's. */
export interface OwnTable {
  readonly csv: string;
  readonly schema: DataSchema;
}

/** The user's own table and its schema, when `data` is given; `where` is the command that was asked. */
export function readOwnTable(options: TableOptions, where: string): Result<OwnTable | undefined> {
  if (options.data === undefined) return withoutTable(options, where);
  const file = resolve(options.data);
  if (!existsSync(file)) {
    return fail({
      code: 'no-table',
      where: options.data,
      what: 'there is no such file',
      remedy: 'give --data the path of a CSV table with a header line',
    });
  }
  if (options.target === undefined) {
    return fail({
      code: 'no-target',
      where,
      what: '--data is given without --target',
      remedy: 'name the column to predict, for example --target=churned',
    });
  }
  const text = decodeTable(readFileSync(file), options.data);
  if (!text.ok) return text;
  const csv = text.value.replaceAll('\r\n', '\n');
  const schema = inferDataSchema(csv, options.target, options.data, {
    exclude: options.exclude ?? [],
    ...(options.task ? { task: options.task } : {}),
  });
  return schema.ok ? succeed({ csv, schema: schema.value }) : schema;
}

/** The sample, unless columns of a table are named. */
function withoutTable(options: TableOptions, where: string): Result<undefined> {
  const given = (['target', 'exclude', 'task'] as const).filter((option) => options[option] !== undefined && options[option].length > 0);
  if (given.length === 0) return succeed(undefined);
  return fail({
    code: 'no-table',
    where,
    what: `${given.map((option) => `--${option}`).join(' and ')} ${given.length === 1 ? 'is' : 'are'} given without --data`,
    remedy: 'give --data the path of a CSV table with a header line',
  });
}

/** The text of a table in UTF-8, without its byte order mark. */
function decodeTable(bytes: Uint8Array, file: string): Result<string> {
  const problem = { code: 'bad-encoding', where: file };
  const isText = isUtf8(bytes);
  if (isText && bytes.includes(0)) return fail({ ...problem, what: 'it holds NUL characters, as UTF-16 does', remedy: 'save it as UTF-8' });
  if (!isText) return fail({ ...problem, what: 'it is not UTF-8', remedy: 'save it as UTF-8: some of its letters would be lost' });
  return succeed(new TextDecoder().decode(bytes));
}

import { fail, type Result, succeed } from '@modelyard/core';

/** The parts of model.lock.json that a deploy proves: which model is served, and what it must answer. */
export interface ModelLock {
  readonly modelSha: string;
  readonly golden: Golden;
}

export interface Golden {
  readonly rows: readonly GoldenRow[];
  /** Allowed difference of a number, relative above one. */
  readonly tolerance: number;
}

export interface GoldenRow {
  readonly row: Readonly<Record<string, unknown>>;
  /** The answer that training saw: `{"prediction": 1, "probabilities": {…}}`. */
  readonly expected: unknown;
}

/** Parses the text of a model.lock.json. */
export function parseModelLock(text: string, file: string): Result<ModelLock> {
  const source = parseJson(text);
  if (!isRecord(source)) return broken(file, 'it does not hold a JSON object');
  if (source.schema !== 1) return broken(file, `"schema" is ${JSON.stringify(source.schema)}, and this Modelyard reads 1`);
  const model = isRecord(source.model) ? source.model : {};
  if (typeof model.sha256 !== 'string') return broken(file, '"model.sha256" is missing');
  if (typeof source.tolerance !== 'number') return broken(file, '"tolerance" is missing');
  if (!Array.isArray(source.golden)) return broken(file, '"golden" is not a list');
  const rows = source.golden.filter(isGoldenRow);
  if (rows.length !== source.golden.length) return broken(file, 'an entry of "golden" lacks "row" or "expected"');
  return succeed({ modelSha: model.sha256, golden: { rows, tolerance: source.tolerance } });
}

/** Whether two answers say the same, numbers compared within the tolerance; the rule of the generated service. */
export function isSameAnswer(actual: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof expected === 'number') {
    return typeof actual === 'number' && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
  }
  if (!isRecord(expected)) return actual === expected;
  if (!isRecord(actual)) return false;
  const keys = Object.keys(expected);
  return keys.length === Object.keys(actual).length && keys.every((key) => isSameAnswer(actual[key], expected[key], tolerance));
}

function isGoldenRow(entry: unknown): entry is GoldenRow {
  return isRecord(entry) && isRecord(entry.row) && entry.expected !== undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function broken(file: string, what: string): Result<never> {
  return fail({ code: 'bad-model-lock', where: file, what, remedy: 'train again: training writes this file' });
}

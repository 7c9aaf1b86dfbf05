import { ProblemError } from '@modelyard/core';

const TOLERATED = new Set(['forbidden', 'unknown-kind']);

/** What a read gave; no value where it is not allowed, or the server does not know the kind. */
export interface Allowed<T> {
  readonly value?: T;
  readonly isForbidden: boolean;
}

/** Reads what may be read, and tells what may not. */
export async function readAllowed<T>(reading: Promise<T>): Promise<Allowed<T>> {
  try {
    return { value: await reading, isForbidden: false };
  } catch (error) {
    if (!(error instanceof ProblemError) || !error.problems.every(({ code }) => TOLERATED.has(code))) throw error;
    return { isForbidden: error.problems.every(({ code }) => code === 'forbidden') };
  }
}

/** What a read gives; undefined where it is not allowed, or the server does not know the kind: we look at what we may. */
export const ifAllowed = async <T>(reading: Promise<T>): Promise<T | undefined> => (await readAllowed(reading)).value;

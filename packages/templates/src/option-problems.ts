import { didYouMean, type Problem } from '@modelyard/core';

/** The problem of a value that is none of the allowed ones; it names the nearest. */
export function notOneOf(option: string, value: string, allowed: readonly string[], where: string): Problem[] {
  if (allowed.includes(value)) return [];
  return [
    {
      code: 'bad-option',
      where,
      what: `--${option} "${value}" is not offered`,
      remedy: `${didYouMean(value, allowed)}one of: ${allowed.join(', ')}`,
    },
  ];
}

/** The problem of a number outside its range. */
export function notInRange(option: string, value: number, low: number, high: number, where: string): Problem[] {
  if (Number.isInteger(value) && value >= low && value <= high) return [];
  return [
    { code: 'bad-option', where, what: `--${option} "${value}" is out of range`, remedy: `use a whole number from ${low} to ${high}` },
  ];
}

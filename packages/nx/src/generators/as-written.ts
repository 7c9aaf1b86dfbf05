import { optionWords } from '@modelyard/core';

const NUMBERS: ReadonlySet<string> = new Set(['port', 'gpus']);

/**
 * The options as they were typed. What looks like a number Nx hands over as one, also where the schema says text: 12.6 would fail there, 2.10 be
 * 2.1, and a column 1e3 be 1000. `argv` has the words of the command line; an option that is not among them gets the shortest text of its number.
 */
export function asWritten<T extends object>(options: T, argv: readonly string[]): T {
  const entries = Object.entries(options).map(([option, value]) => {
    const textOf = (one: unknown) => (typeof one === 'number' && !NUMBERS.has(option) ? typedFor(option, one, argv) : one);
    return [option, Array.isArray(value) ? value.map(textOf) : textOf(value)];
  });
  return Object.fromEntries(entries) as T;
}

function typedFor(option: string, value: number, argv: readonly string[]): string {
  const spellings = [option, optionWords(option)];
  const typed = argv.flatMap((word, at) => {
    const [, name = '', text = argv[at + 1] ?? ''] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    return spellings.includes(name) ? [text] : [];
  });
  return typed.find((text) => text.trim() !== '' && Number(text) === value) ?? String(value);
}

import { parseArgs } from 'node:util';
import { ProblemError } from '@modelyard/core';

/** What of the bench is run. */
export interface Choice {
  readonly services: readonly number[];
  readonly delaysMs: readonly number[];
  readonly rounds: number;
  /** Beginnings of contenders' names. */
  readonly only: readonly string[];
  readonly memory: boolean;
}

const CONTENDERS = ['kubectl', 'modelyard', 'helm'];

/** Parses the options of the deploy bench; all of it without any. */
export function parseChoice(args: readonly string[]): Choice {
  const { values } = parseArgs({
    args: [...args],
    options: {
      services: { type: 'string', default: '1,100,500' },
      delays: { type: 'string', default: '0,20' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string', default: CONTENDERS.join(',') },
      memory: { type: 'boolean', default: false },
    },
  });
  const [rounds = 0] = numbersOf('rounds', values.rounds, 1);
  return {
    services: numbersOf('services', values.services, 1),
    delaysMs: numbersOf('delays', values.delays, 0),
    rounds,
    only: values.only.split(','),
    memory: values.memory,
  };
}

function numbersOf(option: string, text: string, least: number): number[] {
  const numbers = text === '' ? [] : text.split(',').map(Number);
  if (numbers.every((one) => Number.isInteger(one) && one >= least)) return numbers;
  const problem = {
    code: 'bad-usage',
    where: `--${option}`,
    what: `"${text}" is no list of numbers`,
    remedy: `whole numbers from ${least}: 1,100`,
  };
  throw new ProblemError([problem]);
}

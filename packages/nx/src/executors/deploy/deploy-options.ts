import { didYouMean, fail, type Problem, type Result, succeed } from '@modelyard/core';
import type { DeployQuestion } from '@modelyard/deploy';
import type { Project } from '../../project.ts';
import { questionOf } from '../../terminal.ts';

export interface DeployOptions {
  readonly environment?: string;
  readonly image?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly rollback?: boolean;
  readonly waitForLock?: number;
  readonly timeoutSeconds?: number;
}

/** The kinds of schema.json. */
export const DEPLOY_OPTIONS: Readonly<Record<keyof DeployOptions, 'string' | 'boolean' | 'number'>> = {
  environment: 'string',
  image: 'string',
  dryRun: 'boolean',
  yes: 'boolean',
  timeoutSeconds: 'number',
  rollback: 'boolean',
  waitForLock: 'number',
};
const EXPECTED = {
  string: { kind: 'one text', example: 'production' },
  boolean: { kind: 'true or false', example: 'true' },
  number: { kind: 'one number', example: '300' },
} as const;
/** What Nx adds to the options by itself. */
const OF_NX: ReadonlySet<string> = new Set(['verbose']);

/** The options as Nx hands them over. Its own check would end a batch with a stack, so that its schema lets everything through. */
export function parseDeployOptions(given: Readonly<Record<string, unknown>>): Result<DeployOptions> {
  // Nx takes an environment that is called 2026 for a number.
  const texts = Object.entries(given).map(([name, value]) => [name, DEPLOY_OPTIONS[name as never] === 'string' ? textOf(value) : value]);
  const options = Object.fromEntries(texts) as Record<string, unknown>;
  const problems = Object.entries(options).flatMap(([name, value]) => problemOf(name, value) ?? []);
  return problems.length > 0 ? fail(...problems) : succeed(options);
}

const textOf = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

function problemOf(name: string, value: unknown): Problem | undefined {
  const problem = { code: 'bad-option', where: 'deploy' };
  const expected: keyof typeof EXPECTED | undefined = DEPLOY_OPTIONS[name as never];
  if (expected) {
    const { kind, example } = EXPECTED[expected];
    const what = `--${name} takes ${kind}, not ${JSON.stringify(value)}`;
    const actual: string = typeof value;
    return actual === expected ? undefined : { ...problem, what, remedy: `give it once, as in --${name}=${example}` };
  }
  if (OF_NX.has(name)) return undefined;
  const known = Object.keys(DEPLOY_OPTIONS);
  const remedy = `known: ${known.map((one) => `--${one}`).join(', ')}`;
  if (name === '_') return { ...problem, what: `it takes options alone, not ${[value].flat().join(' ')}`, remedy };
  return { ...problem, what: `there is no option --${name}`, remedy: `${didYouMean(name, known, (option) => `--${option}`)}${remedy}` };
}

/** What the options of the target say, in the words of the deploy library. */
export function deployQuestionOf(project: Project, options: DeployOptions): DeployQuestion {
  const { environment, rollback, waitForLock, ...rest } = options;
  return {
    ...questionOf(project, environment),
    ...rest,
    noRollback: rollback === false,
    ...(waitForLock === undefined ? {} : { lockWaitSeconds: waitForLock }),
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { DEPLOY_OPTIONS, parseDeployOptions } from './deploy-options.ts';

const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'schema.json'), 'utf8')) as {
  properties: Record<string, { type: string; $ref: string }>;
  additionalProperties: boolean;
};

const problems = (given: Record<string, unknown>): string => {
  const options = parseDeployOptions(given);
  return options.ok ? 'none' : formatProblems(options.problems);
};

test('what Nx lets through is checked by us: an option that is not there names the nearest, and a wrong value what is expected', () => {
  expect(problems({ enviroment: 'staging', timeoutSeconds: 'abc' })).toBe(
    `bad-option  deploy: there is no option --enviroment
          did you mean --environment? known: --environment, --image, --dryRun, --yes, --timeoutSeconds, --rollback, --waitForLock

bad-option  deploy: --timeoutSeconds takes one number, not "abc"
          give it once, as in --timeoutSeconds=300`,
  );
  expect(problems({ environment: ['staging', 'production'] })).toContain('--environment takes one text, not ["staging","production"]');
  expect(problems({ _: ['staging'] })).toContain('it takes options alone, not staging');
});

test('an environment that Nx took for a number is a text, and what Nx adds itself is no option', () => {
  expect(parseDeployOptions({ environment: 2026, rollback: false, waitForLock: 5, verbose: true })).toMatchObject({
    ok: true,
    value: { environment: '2026', rollback: false, waitForLock: 5 },
  });
});

test('the options are those of the schema, which lets everything through', () => {
  expect(Object.fromEntries(Object.entries(schema.properties).map(([name, { type }]) => [name, type]))).toEqual(DEPLOY_OPTIONS);
  expect(new Set(Object.values(schema.properties).map(({ $ref }) => $ref))).toEqual(new Set(['#/definitions/given']));
  expect(schema.additionalProperties).toBe(true);
});

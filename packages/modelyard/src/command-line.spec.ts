import { expect, test } from 'vitest';
import { buildProgram } from './command-line.ts';

test.each([
  ['deploy role churn -e staging', ['churn'], 'staging'],
  ['deploy role -e staging churn', ['churn'], 'staging'],
  ['deploy role churn', ['churn'], undefined],
])("what follows a subcommand is the subcommand's: %s", async (line, names, environment) => {
  const program = buildProgram(() => undefined);
  const role = program.commands.find((one) => one.name() === 'deploy')?.commands.find((one) => one.name() === 'role');
  const given: unknown[] = [];
  role?.action((...args) => void given.push(...args));
  await program.parseAsync(line.split(' '), { from: 'user' });
  expect(given.slice(0, 2)).toEqual([names, environment === undefined ? {} : { environment }]);
});

import { ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { role } from './look-commands.ts';

test('a file that cannot be written is a problem of the command, and no bug', async () => {
  const terminal = { env: {}, output: 'text', colours: false, signal: new AbortController().signal, print: () => undefined } as const;
  const error = await role([], { cluster: true, file: 'no/such/folder.yaml' }, { cwd: import.meta.dirname, terminal }).catch(
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(ProblemError);
  expect(error.problems).toMatchObject([{ code: 'bad-file', where: '--file', what: expect.stringContaining('ENOENT') }]);
  expect(error.exit).toBe('input');
});

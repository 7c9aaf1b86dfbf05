import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withTeardown } from './teardown.ts';

test('what a bench started is stopped at its end and after an error, the latest first', async () => {
  const done: string[] = [];
  const twoThings = async (outcome: Promise<string>): Promise<string> =>
    withTeardown(async (atEnd) => {
      atEnd(async () => done.push('first'));
      atEnd(async () => done.push('second'));
      return outcome;
    });
  expect(await twoThings(Promise.resolve('figures'))).toBe('figures');
  await expect(twoThings(Promise.reject(new Error('no kubectl')))).rejects.toThrow('no kubectl');
  expect(done).toEqual(['second', 'first', 'second', 'first']);
});

test('a signal stops what was started, too, and then ends the process as signals do', async () => {
  const script = `
    const { withTeardown } = await import(${JSON.stringify(join(import.meta.dirname, 'teardown.ts'))});
    await withTeardown(async (atEnd) => {
      atEnd(async () => console.log('stopped the server'));
      atEnd(async () => { throw 'no longer there'; });
      console.log('measuring');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => void (output += data));
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  expect(code).toBe(143);
  expect(output.trim().split('\n').sort()).toEqual(['measuring', 'no longer there', 'stopped the server', 'stopped; cleaning up']);
});

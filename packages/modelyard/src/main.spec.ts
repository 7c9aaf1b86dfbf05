import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');

/** What a shell makes of a pipeline, in which `$MODELYARD` is the command line. */
const inShell = async (pipeline: string) => {
  const env = { ...process.env, MODELYARD: `"${process.execPath}" "${MAIN}"` };
  return promisify(execFile)('sh', ['-c', pipeline.replaceAll('$MODELYARD', env.MODELYARD)], { env });
};

test('a slow reader gets all of the output before the process ends', async () => {
  const { stdout } = await inShell('$MODELYARD completion bash | (sleep 0.3; tail -n 1)');
  const { stdout: whole } = await inShell('$MODELYARD completion bash');
  expect(stdout).toBe(whole.split('\n').slice(-2).join('\n'));
});

test('a reader that has enough is no fault', async () => {
  const { stdout, stderr } = await inShell('($MODELYARD completion bash; echo "code $?" >&2) | head -n 0');
  expect([stdout, stderr]).toEqual(['', 'code 0\n']);
});

test.skipIf(!existsSync('/dev/full'))('output that could not be written is told, with a code of its own', async () => {
  const { stdout, stderr } = await inShell('$MODELYARD --help >/dev/full; echo "code $?"');
  expect(stderr).toContain('output-lost  output: it could not be written: ENOSPC');
  expect(stdout).toBe('code 130\n');
});

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { loginOfPlugin } from './login-plugins.ts';
import { pluginLimitSeconds } from './plugin-limit.ts';

const CLUSTER = { server: 'https://10.0.0.1:6443' };
const execOf = (script: string) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script], interactiveMode: 'Never' },
});
const isAlive = (marker: string): boolean => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(`sh -c ${marker}`);

test('a login command that hangs is ended, and named with its limit and the last that it said', async () => {
  const script = ': hangs-for-a-test; echo "open https://login.example" >&2; sleep 30; echo';
  const started = performance.now();
  await expect(loginOfPlugin(CLUSTER, execOf(script), 0.3)).rejects.toThrow(
    'its login command "sh" gave no answer within 0.3 s and was ended; it last said: open https://login.example',
  );
  expect(performance.now() - started).toBeLessThan(2_000);
  await expect.poll(() => isAlive(': hangs-for-a-test')).toBe(false);
});

test('a login command that does not go when it is told to is killed', async () => {
  const script = ': stays-for-a-test; trap "" TERM; while :; do sleep 0.1; done';
  await expect(loginOfPlugin(CLUSTER, execOf(script), 0.3)).rejects.toThrow(
    'its login command "sh" gave no answer within 0.3 s and was ended',
  );
  await expect.poll(() => isAlive(': stays-for-a-test')).toBe(false);
});

test('a login command that waits for input finds none, and answers in time', async () => {
  const credential = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'secret' } });
  const { authenticate } = await loginOfPlugin(CLUSTER, execOf(`cat; echo '${credential}'`), 5);
  expect(await authenticate()).toEqual({ Authorization: 'Bearer secret' });
});

test('a login command has a minute, and more where somebody may be asked', () => {
  expect(pluginLimitSeconds({ interactiveMode: 'Never' }, true)).toBe(60);
  expect(pluginLimitSeconds({ interactiveMode: 'IfAvailable' }, false)).toBe(60);
  expect(pluginLimitSeconds({ interactiveMode: 'IfAvailable' }, true)).toBe(300);
});

import { expect, test } from 'vitest';
import { runArguments } from './container.ts';
import { parsePushDigest, registryOf } from './store.ts';

test('a container is tried as locked down as its pod', () => {
  expect(runArguments({ ref: 'churn:1', port: 8000, hostPort: 9000, name: 'try', env: { LOG_LEVEL: 'debug' } }).join(' ')).toBe(
    'run --rm --read-only --tmpfs /tmp:rw,noexec,nosuid,size=64m --cap-drop ALL --security-opt no-new-privileges ' +
      '--user 10001:10001 --publish 127.0.0.1:9000:8000 --name try --env LOG_LEVEL=debug churn:1',
  );
});

test('the digest of a push is read from its last line', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(parsePushDigest(['5f70bf18a086: Pushed', `c0ffee: digest: ${digest} size: 528`])).toBe(digest);
  expect(parsePushDigest(['denied'])).toBeNull();
});

test('a reference without a registry names none', () => {
  expect(registryOf('churn:1')).toBeNull();
  expect(registryOf('localhost:5000/acme/churn:1')).toBe('localhost:5000/acme');
});

import { expect, test } from 'vitest';
import { apiAddress, digestOf, parseReference, pinnedRef } from './reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test('a reference is read as docker reads it', () => {
  expect(['churn', 'acme/churn:1', 'ghcr.io/acme/ml/churn:1', 'localhost/churn', '127.0.0.1:5000/churn:1'].map(parseReference)).toEqual([
    { registry: 'docker.io', repository: 'library/churn' },
    { registry: 'docker.io', repository: 'acme/churn', tag: '1' },
    { registry: 'ghcr.io', repository: 'acme/ml/churn', tag: '1' },
    { registry: 'localhost', repository: 'churn' },
    { registry: '127.0.0.1:5000', repository: 'churn', tag: '1' },
  ]);
  expect(parseReference(`ghcr.io/acme/churn:1@${DIGEST}`)).toEqual({
    registry: 'ghcr.io',
    repository: 'acme/churn',
    tag: '1',
    digest: DIGEST,
  });
});

test('what docker would refuse is no reference', () => {
  const wrong = ['', 'Churn', 'churn:', 'churn:a b', 'churn@sha256:12', `churn@${DIGEST}@${DIGEST}`, 'ghcr.io/', 'a//b'];
  expect(wrong.map(parseReference)).toEqual(wrong.map(() => undefined));
});

test('a pinned reference keeps its tag, and names the new digest alone', () => {
  const pinned = pinnedRef(`churn:1@sha256:${'b'.repeat(64)}`, DIGEST);
  expect([pinned, digestOf(pinned), digestOf('churn:1')]).toEqual([`churn:1@${DIGEST}`, DIGEST, undefined]);
});

test('only a registry on this machine is spoken to without TLS', () => {
  expect(['localhost:5000', '127.0.0.1:5000', '[::1]:5000', 'registry.example', '127.0.0.1.example', 'docker.io'].map(apiAddress)).toEqual([
    'http://localhost:5000',
    'http://127.0.0.1:5000',
    'http://[::1]:5000',
    'https://registry.example',
    'https://127.0.0.1.example',
    'https://registry-1.docker.io',
  ]);
});

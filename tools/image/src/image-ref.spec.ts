import { expect, test } from 'vitest';
import { imageRef } from './image-ref.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const ID = 'sha256:fedcba9876543210';

test('a clean commit is the tag', () => {
  expect(imageRef('ghcr.io/acme', 'churn', COMMIT, false, ID)).toBe('ghcr.io/acme/churn:0123456789ab');
});

test('uncommitted changes add the content of the image', () => {
  expect(imageRef('ghcr.io/acme/', 'churn', COMMIT, true, ID)).toBe('ghcr.io/acme/churn:0123456789ab-dirty.fedcba98');
});

test('without git the content alone is the tag', () => {
  expect(imageRef(undefined, 'churn', null, false, ID)).toBe('churn:nogit-fedcba98');
});

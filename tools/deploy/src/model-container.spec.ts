import { expect, test } from 'vitest';
import { modelContainer } from './model-container.ts';

test('the container of the service is found behind one that was put before it', () => {
  const containers = [
    { name: 'istio-proxy', image: 'proxy:1' },
    { name: 'model', image: 'churn:1' },
  ];
  expect(modelContainer(containers)?.image).toBe('churn:1');
});

test('of pods without a container of that name the first one counts', () => {
  expect(modelContainer([{ name: 'other' }])).toEqual({ name: 'other' });
  expect(modelContainer(undefined)).toBe(undefined);
});

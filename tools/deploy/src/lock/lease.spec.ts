import { expect, test } from 'vitest';
import { claimLease, type Lease, releaseLease } from './index.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const ann = { holder: 'ann@laptop', token: 'a1', leaseSeconds: 30 };
const mark = (token: string) => ({ annotations: { 'modelyard.dev/lock-token': token } });
const blank: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'churn.deploy', namespace: 'ml' } };
const heldBy = (holderIdentity: string, renewTime: string, token = 'b2'): Lease => ({
  ...blank,
  metadata: { ...blank.metadata, ...mark(token) },
  spec: { holderIdentity, renewTime, acquireTime: '2026-01-01T11:59:00.000000Z', leaseDurationSeconds: 30, leaseTransitions: 3 },
});

test('a lease that nobody holds is taken', () => {
  expect(claimLease(blank, ann, NOW)).toEqual({
    state: 'free',
    lease: {
      ...blank,
      metadata: { ...blank.metadata, ...mark('a1') },
      spec: {
        holderIdentity: 'ann@laptop',
        leaseDurationSeconds: 30,
        acquireTime: '2026-01-01T12:00:00.000000Z',
        renewTime: '2026-01-01T12:00:00.000000Z',
        leaseTransitions: 1,
      },
    },
  });
});

test('a lease that another one renewed in its time is held', () => {
  expect(claimLease(heldBy('bob@ci', '2026-01-01T11:59:50.000000Z'), ann, NOW)).toEqual({
    state: 'held',
    by: 'bob@ci',
    since: '2026-01-01T11:59:00.000000Z',
    endsMs: NOW + 21_000,
  });
});

test('a lease that was not renewed in its time is taken over', () => {
  const claim = claimLease(heldBy('bob@ci', '2026-01-01T11:59:28.000000Z'), ann, NOW);
  expect(claim).toMatchObject({ state: 'free', lease: { spec: { holderIdentity: 'ann@laptop', leaseTransitions: 4 } } });
});

test('our own lease is renewed and keeps the time at which we took it', () => {
  const claim = claimLease(heldBy('ann@laptop', '2026-01-01T11:59:50.000000Z', 'a1'), ann, NOW);
  expect(claim).toMatchObject({
    state: 'free',
    lease: { spec: { acquireTime: '2026-01-01T11:59:00.000000Z', renewTime: '2026-01-01T12:00:00.000000Z', leaseTransitions: 3 } },
  });
});

test('a lease that was given back is free at once', () => {
  expect(claimLease(releaseLease(heldBy('bob@ci', '2026-01-01T12:00:00.000000Z')), ann, NOW).state).toBe('free');
});

test('another deploy of the same process does not pass for ours', () => {
  expect(claimLease(heldBy('ann@laptop', '2026-01-01T11:59:50.000000Z', 'a2'), ann, NOW).state).toBe('held');
});

test('the server says when a lease was renewed, whatever its holder wrote', () => {
  const stampedAt = (time: string): Lease => {
    const lease = heldBy('bob@ci', '2026-01-01T10:00:00.000000Z');
    return { ...lease, metadata: { ...lease.metadata, managedFields: [{ manager: 'modelyard', operation: 'Update', time }] } };
  };
  expect(claimLease(stampedAt('2026-01-01T11:59:50Z'), ann, NOW)).toMatchObject({ state: 'held', endsMs: NOW + 21_000 });
  expect(claimLease(stampedAt('2026-01-01T11:59:28Z'), ann, NOW).state).toBe('free');
});

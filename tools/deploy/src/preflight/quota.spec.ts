import { expect, test } from 'vitest';
import { boundsFor, brokenBounds, podsAdmitted, type Quota } from './quota.ts';

const quota = (hard: Record<string, string>, used: Record<string, string> = {}, scopes?: string[]): Quota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'team' },
  spec: scopes ? { scopes } : {},
  status: { hard, used },
});

const CHARGE = { requests: { cpu: 0.5, memory: 2 ** 30, 'nvidia.com/gpu': 1, pods: 1 }, limits: { memory: 2 ** 30 } };
const admitted = (...quotas: Quota[]) => podsAdmitted(boundsFor(quotas, CHARGE));

test('the tightest bound of all quotas decides', () => {
  const hard = { 'requests.cpu': '4', 'limits.memory': '10Gi', 'requests.nvidia.com/gpu': '3', pods: '20', services: '1' };
  expect(admitted(quota(hard, { 'requests.cpu': '1', 'requests.nvidia.com/gpu': '1' }))).toBe(2);
  expect(admitted(quota(hard), quota({ cpu: '1500m' }, { cpu: '1' }))).toBe(1);
});

test('without a quota that counts pods, all are admitted', () => {
  expect(admitted()).toBe(Number.POSITIVE_INFINITY);
  expect(admitted(quota({ services: '1' }, { services: '1' }))).toBe(Number.POSITIVE_INFINITY);
});

test('a bound in powers of ten is as good as any, and one that cannot be read binds nobody', () => {
  expect(admitted(quota({ 'requests.memory': '1e10' }, { 'requests.memory': '8E9' }))).toBe(1);
  expect(admitted(quota({ 'requests.memory': 'plenty', pods: '3' }))).toBe(3);
  expect(brokenBounds(boundsFor([quota({ 'requests.memory': 'plenty' })], CHARGE), 9)).toEqual([]);
});

test('a quota that is overdrawn admits none, not less', () => {
  expect(admitted(quota({ pods: '2' }, { pods: '5' }))).toBe(0);
});

test('quotas for other pods than ours do not count', () => {
  const full = [{ pods: '1' }, { pods: '1' }] as const;
  expect(admitted(quota(...full, ['BestEffort']), quota(...full, ['Terminating']))).toBe(Number.POSITIVE_INFINITY);
  expect(admitted(quota(...full, ['NotTerminating', 'NotBestEffort']))).toBe(0);
});

test('a bound is broken when the pods alone exceed it, whatever is used', () => {
  const bounds = boundsFor([quota({ 'requests.cpu': '1', pods: '2' }, { pods: '2' })], CHARGE);
  expect(brokenBounds(bounds, 2)).toEqual([]);
  expect(brokenBounds(bounds, 3).map((bound) => bound.key)).toEqual(['requests.cpu', 'pods']);
});

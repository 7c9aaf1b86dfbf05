import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { diffObjects, unifiedDiff } from './index.ts';

const secret = (data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'churn', uid: 'u' },
  data,
});

test('a change is shown with three lines around it, as diff -u does', () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  expect(unifiedDiff(before, before.with(4, 'E'))).toEqual(['@@ -2,7 +2,7 @@', ' b', ' c', ' d', '-e', '+E', ' f', ' g', ' h']);
});

test('changes far from each other stand in hunks of their own', () => {
  const before = Array.from({ length: 20 }, (_, i) => String(i));
  expect(unifiedDiff(before, before.with(0, 'x').with(19, 'y')).filter((line) => line.startsWith('@@'))).toEqual([
    '@@ -1,4 +1,4 @@',
    '@@ -17,4 +17,4 @@',
  ]);
});

test('what a diff removes and adds leads from one text to the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = unifiedDiff(before, after).filter((line) => !line.startsWith('@@'));
      const count = (all: readonly string[], value: string) => all.filter((line) => line === value).length;
      for (const value of ['a', 'b', 'c']) {
        expect(count(before, value) - count(lines, `-${value}`) + count(lines, `+${value}`)).toBe(count(after, value));
      }
      expect(lines.length === 0).toBe(before.join() === after.join());
    }),
  );
});

test('what a Secret holds is never shown, only that it changes', () => {
  const live = secret({ kept: 'c2FtZQ==', token: 'b2xk' });
  const applied = secret({ kept: 'c2FtZQ==', token: 'bmV3' });
  const [diff] = diffObjects([{ desired: applied, live, applied }], []);
  expect(diff?.lines).toEqual([
    '@@ -1,7 +1,7 @@',
    ' apiVersion: v1',
    ' data:',
    '   kept: "***"',
    '-  token: "***"',
    '+  token: "*** (changed)"',
    ' kind: Secret',
    ' metadata:',
    '   name: churn',
  ]);
});

test('objects that come and go are shown whole', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'churn' } };
  const lines = ['apiVersion: v1', 'kind: ConfigMap', 'metadata:', '  name: churn'];
  expect(diffObjects([{ desired: object }], [object])).toEqual([
    { object: 'configmap/churn', action: 'create', lines: ['@@ -0,0 +1,4 @@', ...lines.map((line) => `+${line}`)] },
    { object: 'configmap/churn', action: 'delete', lines: ['@@ -1,4 +0,0 @@', ...lines.map((line) => `-${line}`)] },
  ]);
});

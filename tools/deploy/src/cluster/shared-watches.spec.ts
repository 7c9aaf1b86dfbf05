import { ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { type KubeObject, RESOURCES } from '../kube/index.ts';
import { shareWatches } from './shared-watches.ts';
import type { Query } from './types.ts';
import type { Changes } from './watch.ts';

interface Followed {
  readonly query: Query;
  readonly changes: Changes;
  readonly signal: AbortSignal;
  readonly fail: (error: Error) => void;
}

/** Shared watches over a server that does what the test says. */
function sharing() {
  const followed: Followed[] = [];
  const watch = shareWatches((query, changes, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    followed.push({ query, changes, signal, fail: reject });
    return promise;
  });
  /** Waits for the pods of a service; what it is told, as names. */
  const join = (service: string, more: Partial<Query> = {}) => {
    const told: string[] = [];
    const stop = new AbortController();
    const query = {
      resource: RESOURCES.Pod,
      namespace: 'ml',
      among: 'ours',
      ...(more.onlyNew ? {} : { labelSelector: `app=${service}` }),
      ...more,
    };
    const ended = watch(query, (items) => told.push(items.map(({ metadata }) => metadata.name).join(' ')), stop.signal);
    return { told, ended, leave: () => stop.abort() };
  };
  return { followed, join };
}

const pod = (name: string, app: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ml', labels: { app } },
});

test('all who wait share one watch of the larger set, and each is told of its own', async () => {
  const { followed, join } = sharing();
  const [churn, fraud] = [join('churn'), join('fraud')];
  expect(followed.map(({ query }) => query)).toEqual([{ resource: RESOURCES.Pod, namespace: 'ml', labelSelector: 'ours' }]);
  const { changes } = followed[0] as Followed;
  changes.all([pod('c1', 'churn'), pod('f1', 'fraud'), pod('r1', 'risk')]);
  changes.put(pod('c2', 'churn'));
  changes.gone(pod('f1', 'fraud'));
  changes.gone(pod('unknown', 'fraud'));
  changes.put(pod('c1', 'fraud'));
  changes.all([pod('f9', 'fraud')]);
  expect(churn.told).toEqual(['c1', 'c1 c2', 'c2', '']);
  expect(fraud.told).toEqual(['f1', '', 'c1', 'f9']);
  const risk = join('risk');
  const late = join('fraud');
  expect([risk.told, late.told]).toEqual([[''], ['f9']]);
});

test('a watch ends with the last who waits, and the next one begins anew', async () => {
  const { followed, join } = sharing();
  const [churn, fraud] = [join('churn'), join('fraud')];
  churn.leave();
  await churn.ended;
  expect(followed[0]?.signal.aborted).toBe(false);
  followed[0]?.changes.all([pod('c1', 'churn')]);
  fraud.leave();
  await fraud.ended;
  expect(followed[0]?.signal.aborted).toBe(true);
  expect([churn.told, fraud.told]).toEqual([[], ['']]);
  join('churn');
  expect(followed.length).toBe(2);
});

test('a watch that fails fails for all who wait, and is not joined any more', async () => {
  const { followed, join } = sharing();
  const [churn, fraud] = [join('churn'), join('fraud')];
  const forbidden = new ProblemError([{ code: 'forbidden', where: 'pods', what: 'no', remedy: 'ask' }]);
  followed[0]?.fail(forbidden);
  await Promise.all([churn, fraud].map(({ ended }) => expect(ended).rejects.toBe(forbidden)));
  join('risk');
  expect(followed.length).toBe(2);
});

test('of what is new, each keeps what it wants, from when it came', () => {
  const { followed, join } = sharing();
  const keep = (app: string) => (object: KubeObject) => (object.metadata.labels?.app === app ? object : undefined);
  const churn = join('churn', { onlyNew: true, keep: keep('churn') });
  const { query, changes } = followed[0] as Followed;
  expect(query).toEqual({ resource: RESOURCES.Pod, namespace: 'ml', onlyNew: true });
  changes.all([]);
  changes.put(pod('c1', 'churn'));
  const late = join('churn', { onlyNew: true, keep: keep('churn') });
  changes.put(pod('f1', 'fraud'));
  changes.put(pod('c2', 'churn'));
  changes.gone(pod('c1', 'churn'));
  expect(churn.told).toEqual(['', 'c1', 'c1 c2', 'c2']);
  expect(late.told).toEqual(['c2']);
});

test('watches of other kinds, namespaces and sets are their own', () => {
  const { followed, join } = sharing();
  join('churn');
  join('churn', { resource: RESOURCES.ReplicaSet });
  join('churn', { namespace: 'other' });
  join('churn', { among: 'others' });
  expect(followed.length).toBe(4);
});

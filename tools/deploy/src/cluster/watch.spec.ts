import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProblemError } from '@modelyard/core';
import { afterEach, expect, test } from 'vitest';
import { type KubeObject, RESOURCES } from '../kube/index.ts';
import { listAll } from './list.ts';
import { openTransport, type Transport } from './transport.ts';
import { watchAll } from './watch.ts';

const SUBJECT = { verb: 'list', object: 'pods', namespace: 'ml', context: 'lab', server: 'http://server' };
const QUERY = { resource: RESOURCES.Pod, namespace: 'ml' };

type Respond = (url: URL, response: ServerResponse) => void;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A server that answers the first list, the first watch, the second watch and so on with the given functions. */
async function serverWith(lists: readonly string[][], watches: readonly Respond[]): Promise<{ transport: Transport; urls: string[] }> {
  const urls: string[] = [];
  let listed = 0;
  let watched = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://server');
    const isWatch = url.searchParams.get('watch') === 'true';
    urls.push(isWatch ? `watch from ${url.searchParams.get('resourceVersion')}` : 'list');
    if (isWatch) return void watches[Math.min(watched++, watches.length - 1)]?.(url, response);
    const items = (lists[Math.min(listed++, lists.length - 1)] ?? []).map((name) => ({ metadata: { name } }));
    response.end(JSON.stringify({ items, metadata: { resourceVersion: `${listed}00` } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { context: 'lab', server: new URL(address), connection: { type: 'none' } as const, authenticate: async () => ({}) };
  const transport = await openTransport(access);
  cleanups.push(
    () => transport.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { transport, urls };
}

const event = (type: string, name: string, resourceVersion: string) =>
  `${JSON.stringify({ type, object: { metadata: { name, resourceVersion }, ...(type === 'ERROR' ? { code: 410 } : {}) } })}\n`;
const hang: Respond = (_url, response) => void response.write('');

async function follow(transport: Transport, wanted: string): Promise<string[]> {
  const seen: string[] = [];
  const stop = new AbortController();
  await watchAll({ transport, query: QUERY, subject: SUBJECT, signal: stop.signal }, (items) => {
    seen.push(items.map((item) => item.metadata.name).join(' '));
    if (seen.at(-1) === wanted) stop.abort();
  });
  return seen;
}

test('a watch that the server closes goes on where it stopped, also after a bookmark', async () => {
  const { transport, urls } = await serverWith(
    [['a']],
    [
      (_url, response) => response.end(event('ADDED', 'b', '101') + event('BOOKMARK', '', '150')),
      (_url, response) => response.end(event('DELETED', 'a', '151')),
      hang,
    ],
  );
  expect(await follow(transport, 'b')).toEqual(['a', 'a b', 'b']);
  expect(urls).toEqual(['list', 'watch from 100', 'watch from 150']);
});

test('a place that the server has forgotten leads to a fresh list', async () => {
  const { transport, urls } = await serverWith([['a'], ['c']], [(_url, response) => response.end(event('ERROR', '', '')), hang]);
  expect(await follow(transport, 'c')).toEqual(['a', 'c']);
  expect(urls).toEqual(['list', 'watch from 100', 'list']);
});

test('where something on the way lets no watch through, lists take its place', async () => {
  const loginPage: Respond = (_url, response) => response.end('<html>Sign in</html>');
  const { transport, urls } = await serverWith([['a'], ['a', 'b']], [loginPage]);
  expect(await follow(transport, 'a b')).toEqual(['a', 'a b']);
  expect(urls).toEqual(['list', 'watch from 100', 'watch from 100', 'watch from 100', 'list']);
});

test('a connection that breaks in the middle of a line loses nothing', async () => {
  const { transport, urls } = await serverWith(
    [['a']],
    [
      (_url, response) => {
        response.write(event('ADDED', 'b', '101') + event('ADDED', 'c', '102').slice(0, 20));
        setTimeout(() => response.destroy(), 20);
      },
      (_url, response) => response.end(event('ADDED', 'c', '102')),
      hang,
    ],
  );
  expect(await follow(transport, 'a b c')).toEqual(['a', 'a b', 'a b c']);
  expect(urls).toEqual(['list', 'watch from 100', 'watch from 101']);
});

test('a watch that we may not open ends with the problem', async () => {
  const message = 'pods is forbidden: User "intern" cannot watch resource "pods" in API group "" in the namespace "ml"';
  const deny: Respond = (_url, response) => {
    response.statusCode = 403;
    response.end(JSON.stringify({ kind: 'Status', message, code: 403 }));
  };
  const { transport } = await serverWith([[]], [deny]);
  const error = await follow(transport, 'never').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProblemError);
  expect((error as ProblemError).problems[0]).toMatchObject({ code: 'forbidden', what: 'user "intern" may not watch pods' });
});

test('an exception of the listener ends the watch, and is not taken for a broken connection', async () => {
  const { transport } = await serverWith([[]], [(_url, response) => response.end(event('ADDED', 'b', '101'))]);
  let calls = 0;
  const listener = () => {
    if (++calls === 2) throw new Error('listener failed');
  };
  await expect(watchAll({ transport, query: QUERY, subject: SUBJECT, signal: new AbortController().signal }, listener)).rejects.toThrow(
    'listener failed',
  );
});

test('a watch that is told to stop while its first list is on the way ends quietly, and at once', async () => {
  const stop = new AbortController();
  const server = createServer(() => stop.abort());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { context: 'lab', server: new URL(address), connection: { type: 'none' } as const, authenticate: async () => ({}) };
  const transport = await openTransport(access);
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const started = performance.now();
  stop.signal.addEventListener('abort', () => void transport.close());
  await watchAll({ transport, query: QUERY, subject: SUBJECT, signal: stop.signal }, () => expect.unreachable());
  expect(performance.now() - started).toBeLessThan(1000);
});

test('of a long list is kept what the query keeps, page by page', async () => {
  const pages = 20;
  const limits: (string | null)[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    const page = Number(url.searchParams.get('continue') ?? 0);
    limits.push(url.searchParams.get('limit'));
    const items = Array.from({ length: 500 }, (_, index) => ({ metadata: { name: `pod-${page * 500 + index}`, note: 'x'.repeat(100) } }));
    response.end(
      JSON.stringify({ items, metadata: { resourceVersion: '1', ...(page < pages - 1 ? { continue: String(page + 1) } : {}) } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { context: 'lab', server: new URL(address), connection: { type: 'none' } as const, authenticate: async () => ({}) };
  const transport = await openTransport(access);
  cleanups.push(
    () => transport.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const keep = ({ apiVersion, kind, metadata }: KubeObject) =>
    metadata.name.endsWith('000') ? { apiVersion, kind, metadata: { name: metadata.name } } : undefined;
  const { items } = await listAll(transport, { ...QUERY, keep }, SUBJECT);
  expect(items.length).toBe(9);
  expect(items[0]).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod-1000' } });
  expect(limits).toEqual(Array.from({ length: pages }, () => '500'));
});

test('a list that expires between two pages is asked for again, in one piece', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    const next = url.searchParams.get('continue');
    asked.push(`limit ${url.searchParams.get('limit')}, continue ${next}`);
    if (next) response.statusCode = 410;
    const more = url.searchParams.get('limit') === null ? {} : { continue: 'more' };
    response.end(JSON.stringify({ items: [{ metadata: { name: 'a' } }], metadata: { resourceVersion: '1', ...more } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { context: 'lab', server: new URL(address), connection: { type: 'none' } as const, authenticate: async () => ({}) };
  const transport = await openTransport(access);
  cleanups.push(
    () => transport.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  expect((await listAll(transport, QUERY, SUBJECT)).items.map((item) => item.metadata.name)).toEqual(['a']);
  expect(asked).toEqual(['limit 500, continue null', 'limit 500, continue more', 'limit null, continue null']);
});

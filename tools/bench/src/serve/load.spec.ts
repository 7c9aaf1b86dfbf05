import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ownLoad, quantile } from './load.ts';
import { shuffled } from './rounds.ts';

test('the own client keeps as many requests on the way as it has connections, and counts each answer', async () => {
  const bodies: string[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    most = Math.max(most, ++open);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(body);
      setTimeout(() => {
        open--;
        response.setHeader('content-length', 2).end('{}');
      }, 5);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const figures = await ownLoad({ port, path: '/predict', body: '{"a":1}', connections: 3, seconds: 0.2 });
  server.close();
  expect(figures.requests).toBe(bodies.length);
  expect(new Set(bodies)).toEqual(new Set(['{"a":1}']));
  expect(most).toBe(3);
  expect(figures.p50Ms).toBeLessThanOrEqual(figures.p99Ms);
});

test('an answer that is not 200 ends the load with an error', async () => {
  const server = createServer((_, response) => response.writeHead(503, { 'content-length': 0 }).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(ownLoad({ port, path: '/', body: '', connections: 1, seconds: 1 })).rejects.toThrow('HTTP/1.1 503 Service Unavailable');
  server.close();
});

test('a server that closes its connection after each answer is asked on another one', async () => {
  let connections = 0;
  const server = createServer((_, response) => response.writeHead(200, { 'content-length': 2, connection: 'close' }).end('{}'));
  server.on('connection', () => connections++).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { requests } = await ownLoad({ port, path: '/', body: '', connections: 1, seconds: 0.2 });
  server.close();
  expect(requests).toBeGreaterThan(1);
  expect(connections).toBeGreaterThanOrEqual(requests);
});

test('a quantile is a value that was measured', () => {
  const values = [5, 1, 4, 2, 3];
  expect([quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)]).toEqual([3, 5, 5]);
});

test('each round has an order of its own, the same in every run', () => {
  const list = ['a', 'b', 'c', 'd', 'e', 'f'];
  const orders = [1, 2, 3].map((round) => shuffled(list, round).join());
  expect(new Set(orders).size).toBe(3);
  for (const order of orders) expect(order.split(',').sort().join()).toBe('0,1,2,3,4,5');
  expect(shuffled(list, 2).join()).toBe(orders[1]);
});

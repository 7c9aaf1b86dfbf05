import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Connections, openConnections, textOf, type WireRequest } from './connections.ts';
import type { KubeAccess } from './kube-access.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** Connections to a server of plain HTTP that answers like this. */
async function connectionsTo(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
  connection: KubeAccess['connection'] = { type: 'none' },
): Promise<Connections> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    answer(request, Buffer.concat(chunks).toString(), response);
  });
  const port = await listening(server);
  const access = { context: 'lab', server: new URL(`http://127.0.0.1:${port}`), connection, authenticate: async () => ({}) };
  const connections = await openConnections(access);
  cleanups.unshift(
    () => connections.close(),
    () => server.closeAllConnections(),
  );
  return connections;
}

const asking = (more: Partial<WireRequest> = {}): WireRequest => ({
  method: 'GET',
  path: '/version',
  headers: {},
  headTimeoutMs: 5_000,
  bodyTimeoutMs: 5_000,
  ...more,
});
const textFrom = async (connections: Connections, request: WireRequest) => textOf((await connections.ask(request)).body);

test.each(['PATCH', 'POST', 'PUT', 'DELETE'])(
  'a %s arrives with its body, and leaves its connection clean for the next request',
  async (method) => {
    const ports = new Set<number | undefined>();
    const connections = await connectionsTo((request, body, response) => {
      ports.add(request.socket.remotePort);
      response.end(`${request.method} ${body}`);
    });
    const body = '{"kind":"DeleteOptions","café":"☕"}';
    expect(await textFrom(connections, asking({ method, body }))).toBe(`${method} ${body}`);
    expect(await textFrom(connections, asking())).toBe('GET ');
    expect(ports.size).toBe(1);
  },
);

test.each([
  ['that never begins', { headTimeoutMs: 50 }, () => undefined],
  ['that stops in the middle', { bodyTimeoutMs: 50 }, (response: ServerResponse) => void response.write('{"items":[')],
])('an answer %s is given up in time', async (_what, limits, begin) => {
  const connections = await connectionsTo((_request, _body, response) => begin(response));
  await expect(textFrom(connections, asking(limits))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});

test('an answer that is cut off is an error, not a shorter answer', async () => {
  const connections = await connectionsTo((_request, _body, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"items":[');
    setTimeout(() => response.destroy(), 10);
  });
  await expect(textFrom(connections, asking())).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('what is under way when the connections are closed ends, and so does its reader', async () => {
  let begun = 0;
  const connections = await connectionsTo((request, _body, response) => {
    begun++;
    if (request.url === '/begun') response.write('{');
  });
  const waiting = connections.ask(asking());
  const reading = textFrom(connections, asking({ path: '/begun' }));
  const ends = Promise.allSettled([waiting, reading]);
  await expect.poll(() => begun).toBe(2);
  connections.close();
  expect(await ends).toMatchObject([{ reason: { code: 'CLOSED' } }, { status: 'rejected' }]);
});

test('a signal gives up an answer that is being read', async () => {
  const connections = await connectionsTo((_request, _body, response) => void response.write('{'));
  const stop = new AbortController();
  const { body } = await connections.ask(asking({ signal: stop.signal }));
  const reading = textOf(body);
  stop.abort();
  await expect(reading).rejects.toThrow();
});

/** A proxy as HTTP has it; it notes where it was asked to lead. */
async function httpProxy(): Promise<{ uri: string; led: string[] }> {
  const led: string[] = [];
  const proxy = createServer().on('connect', (request, near) => {
    led.push(`${request.url} for ${request.headers['proxy-authorization'] ?? 'anybody'}`);
    const [host = '', port] = (request.url ?? '').split(':');
    const far = connectTcp(Number(port), host, () => near.write('HTTP/1.1 200 OK\r\n\r\n'));
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  return { uri: `http://ann:secret@127.0.0.1:${await listening(proxy)}`, led };
}

/** A proxy as RFC 1928 has it, without authentication. */
async function socksProxy(): Promise<{ uri: string; led: string[] }> {
  const led: string[] = [];
  const proxy = createTcpServer((near) => {
    near.on('error', () => undefined);
    near.once('data', () => {
      near.write(Buffer.from([5, 0]));
      near.once('data', (asked) => {
        const host = [...asked.subarray(4, 8)].join('.');
        const port = asked.readUInt16BE(8);
        led.push(`${host}:${port}`);
        const far = connectTcp(port, host, () => {
          near.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          near.pipe(far).pipe(near);
        });
        far.on('error', () => near.destroy());
      });
    });
  });
  return { uri: `socks5://127.0.0.1:${await listening(proxy)}`, led };
}

test.each([
  ['proxy', httpProxy, ' for Basic YW5uOnNlY3JldA=='],
  ['socks', socksProxy, ''],
] as const)('a kubeconfig that names a %s is followed through it, and its connections are kept', async (type, start, as) => {
  const { uri, led } = await start();
  let port: number | undefined;
  const connections = await connectionsTo(
    (request, _body, response) => {
      port = request.socket.localPort;
      response.end('here');
    },
    { type, uri, requestTls: {}, connect: {} },
  );
  expect(await textFrom(connections, asking())).toBe('here');
  expect(await textFrom(connections, asking())).toBe('here');
  expect(led).toEqual([`127.0.0.1:${port}${as}`]);
});

test('a proxy that is not there is a failed connection', async () => {
  const connections = await connectionsTo(() => expect.unreachable(), {
    type: 'proxy',
    uri: 'http://127.0.0.1:1',
    requestTls: {},
    connect: {},
  });
  await expect(connections.ask(asking())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

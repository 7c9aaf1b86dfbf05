import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ask } from './ask.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Reply = (request: IncomingMessage) => { status: number; location?: string; text?: string };

async function listen(reply: Reply): Promise<string> {
  const server = createServer((request, response) => {
    const { status, location, text } = reply(request);
    response.writeHead(status, location ? { location } : {}).end(text);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const question = { headers: { Authorization: 'Bearer t' }, signal: AbortSignal.timeout(10_000) };

test('an answer that leads elsewhere is followed, without credentials to another host', async () => {
  const seen: (string | undefined)[] = [];
  const store = await listen(({ headers }) => {
    seen.push(headers.authorization);
    return { status: 200, text: 'a manifest' };
  });
  const registry = await listen(({ url, headers }) => {
    seen.push(headers.authorization);
    return { status: 307, location: url === '/start' ? '/next' : `${store}/blob` };
  });
  const answer = await ask(new URL('/start', registry), question);
  expect([answer.status, answer.body.toString()]).toEqual([200, 'a manifest']);
  expect(seen).toEqual(['Bearer t', 'Bearer t', undefined]);
});

test('a circle of redirects ends', async () => {
  let asked = 0;
  const registry = await listen(() => {
    asked++;
    return { status: 302, location: '/again' };
  });
  expect((await ask(new URL('/start', registry), question)).status).toBe(302);
  expect(asked).toBe(6);
});

test('a registry elsewhere is asked through the proxy of the environment, and one on this machine is not', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = await listen(({ url }) => {
    asked.push(url);
    return { status: 200, text: 'through the proxy' };
  });
  const registry = await listen(() => ({ status: 200, text: 'here' }));
  const there = { ...question, env: { HTTP_PROXY: proxy } };
  const answers = [await ask(new URL('http://registry.acme.example/v2/'), there), await ask(new URL('/v2/', registry), there)];
  expect(answers.map(({ body }) => body.toString())).toEqual(['through the proxy', 'here']);
  expect(asked).toEqual(['http://registry.acme.example/v2/']);
});

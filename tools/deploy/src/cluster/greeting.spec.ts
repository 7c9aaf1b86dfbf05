import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { greetByReading } from './greeting.ts';
import type { Attempt } from './retry.ts';
import type { ApiRequest, Transport } from './transport.ts';
import type { ClusterAccess } from './types.ts';

const ACCESS: ClusterAccess = { environment: 'lab', context: 'lab', kubeconfigs: [] };
const RIGHT = { answered: true, status: 200, text: '', value: { metadata: { uid: 'right' } } } as const;
const LOST = { answered: false, errorCode: 'ECONNREFUSED' } as const;
const about = (verb: string, object: string) => ({ verb, object, context: 'lab', server: 'https://lab.example' });
const read = (path: string): ApiRequest => ({ method: 'GET', path });
const write: ApiRequest = { method: 'PATCH', path: '/written' };
const question: ApiRequest = { method: 'POST', path: '/asked', isQuestion: true };

/** A transport that notes what is sent, and gives each answer when it is told to. */
function slowTransport() {
  const sent: string[] = [];
  const waiting: ((attempt: Attempt) => void)[] = [];
  const transport: Transport = {
    send: ({ method, path, attempts }) => {
      sent.push(`${method} ${path}${attempts === undefined ? '' : ` at most ${attempts}`}`);
      return new Promise<Attempt>((resolve) => waiting.push(resolve));
    },
    open: async () => Promise.reject(new Error('nothing is watched')),
    serverNowMs: () => 0,
    close: async () => void sent.push('close'),
  };
  const answer = async (attempt: Attempt): Promise<void> => {
    waiting.shift()?.(attempt);
    await sleep(0);
  };
  return { transport, sent, answer };
}

test('the first read is the greeting, other reads and questions go out beside it, and writes after its answer', async () => {
  const { transport, sent, answer } = slowTransport();
  const greeted = greetByReading(transport, ACCESS, about);
  const all = [read('/first'), read('/second'), question, write].map((request) => greeted.send(request));
  await sleep(0);
  expect(sent).toEqual(['GET /first at most 1', 'GET /second', 'POST /asked']);
  await answer(RIGHT);
  expect(sent.slice(3)).toEqual(['PATCH /written']);
  for (let left = 3; left > 0; left--) await answer(RIGHT);
  expect((await Promise.all(all)).every((attempt) => attempt === RIGHT)).toBe(true);
});

test('a server that is not there is told to all who ask, and is sent no write', async () => {
  const { transport, sent, answer } = slowTransport();
  const greeted = greetByReading(transport, ACCESS, about);
  const all = Promise.allSettled([read('/first'), read('/second'), write].map((request) => greeted.send(request)));
  await answer(LOST);
  const reasons = (await all).map((one) => (one.status === 'rejected' ? one.reason.problems[0].code : one.status));
  expect(reasons).toEqual(['no-cluster', 'no-cluster', 'no-cluster']);
  expect(sent).toEqual(['GET /first at most 1', 'GET /second', 'close']);
});

test('a cluster that is another one than the environment says is sent no write', async () => {
  const { transport, sent, answer } = slowTransport();
  const greeted = greetByReading(transport, { ...ACCESS, expected: { clusterId: 'wrong' } }, about);
  const all = Promise.allSettled([read('/first'), write].map((request) => greeted.send(request)));
  await answer(RIGHT);
  await answer(RIGHT);
  const reasons = (await all).map((one) => (one.status === 'rejected' ? one.reason.problems[0].code : one.status));
  expect(reasons).toEqual(['wrong-cluster', 'wrong-cluster']);
  expect(sent).toEqual(['GET /first at most 1', 'GET /api/v1/namespaces/kube-system', 'close']);
});

test('a greeting that is answered by a busy server is sent again as the read that it is', async () => {
  const { transport, sent, answer } = slowTransport();
  const attempt = greetByReading(transport, ACCESS, about).send(read('/first'));
  await answer({ answered: true, status: 429, text: '' });
  await answer(RIGHT);
  expect(await attempt).toBe(RIGHT);
  expect(sent).toEqual(['GET /first at most 1', 'GET /first']);
});

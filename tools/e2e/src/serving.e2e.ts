import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEALTH_PATH, METRICS_PATH, PREDICT_PATH, unwrap } from '@modelyard/core';
import { type DockerEngine, findEngine, runDocker } from '@modelyard/image';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Container, docker, removeContainer, startContainer, terminate } from './container.ts';
import { LESSON_BODY } from './journey.ts';
import { buildServiceImage, trainedService } from './service-image.ts';

/** Rows in one request: enough to keep a scoring thread busy for some tenths of a second. */
const LARGE = JSON.stringify(Array.from({ length: 8000 }, () => LESSON_BODY));
const ONE = JSON.stringify(LESSON_BODY);

let engine: DockerEngine;
let scratch: string;
let ref: string;
let container: Container | undefined;

beforeAll(async () => {
  engine = unwrap(await findEngine(process.env));
  scratch = await mkdtemp(join(tmpdir(), 'modelyard-serving-'));
  ({ ref } = await buildServiceImage(engine, await trainedService(scratch, { name: 'image-serving' })));
});

afterEach(async () => {
  if (container) await removeContainer(engine, container);
  container = undefined;
});

afterAll(async () => {
  await runDocker(engine, ['image', 'rm', '--force', ref]);
  await rm(scratch, { recursive: true, force: true });
});

test('SIGTERM under load: every request that was sent before it is answered, and the process ends by itself with 0', async () => {
  container = await startContainer(engine, ref);
  const { url } = container;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const answers: Promise<Answer>[] = [];
  const until = Date.now() + 3000;
  let stopped = 0;
  const client = async () => {
    while (Date.now() < until && stopped === 0) {
      const answer = ask(url, answers.length % 5 === 0 ? LARGE : ONE, agent);
      answers.push(answer);
      await answer;
    }
  };
  const clients = Array.from({ length: 16 }, client);
  await sleep(2000);
  const ending = terminate(engine, container).then((code) => ({ code, at: Date.now() }));
  // The signal arrives a little later: what is sent from here on may meet a closed door.
  stopped = Date.now();
  await Promise.all(clients);
  expect((await Promise.all(answers)).filter(({ status }) => status !== 200)).toEqual([]);
  expect(answers.length).toBeGreaterThan(50);
  expect((await ending).code).toBe(0);
});

test('past its bounded queue the service answers 503 with Retry-After, and nothing else than 200 before', async () => {
  container = await startContainer(engine, ref, { QUEUE_SIZE: '2', SCORING_THREADS: '1' });
  const { url } = container;
  const answers = await Promise.all(Array.from({ length: 24 }, () => ask(url, LARGE)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  for (const { status, headers, text } of answers) {
    if (status === 200) continue;
    expect(headers['retry-after']).toBe('1');
    expect(JSON.parse(text)).toEqual({ detail: 'too many requests are waiting' });
  }
  const metrics = await (await fetch(url + METRICS_PATH)).text();
  const refused = answers.filter(({ status }) => status === 503).length;
  expect(metrics).toContain(`model_scoring_rejected_total ${refused}.0`);
});

test('while every scoring thread is busy the service says at once that it is healthy', async () => {
  container = await startContainer(engine, ref);
  const { url } = container;
  const busy = Array.from({ length: 12 }, () => ask(url, LARGE));
  let done = 0;
  for (const one of busy) void one.then(() => done++);
  let answers = 0;
  while (done < busy.length) {
    expect((await fetch(url + HEALTH_PATH)).status).toBe(200);
    answers++;
    await sleep(10);
  }
  // How fast they are is the bench's matter; who waits for a prediction first gets one or two.
  expect(answers).toBeGreaterThan(5);
});

test('a body over the limit is 413, also when it comes in chunks without a length', async () => {
  container = await startContainer(engine, ref, { MAX_BODY_BYTES: '1000' });
  const { url } = container;
  expect((await ask(url, LARGE)).status).toBe(413);
  const chunks = async function* () {
    for (let sent = 0; sent < 20; sent++) yield new TextEncoder().encode(' '.repeat(100));
  };
  const streamed = await fetch(url + PREDICT_PATH, { method: 'POST', body: chunks(), duplex: 'half' } as RequestInit);
  expect(streamed.status).toBe(413);
  expect((await ask(url, ONE)).status).toBe(200);
});

test('an idle connection is kept: a load balancer that uses it again after a while is answered', async () => {
  container = await startContainer(engine, ref);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await ask(container.url, ONE, agent)).status).toBe(200);
  // uvicorn's own limit is five seconds.
  await sleep(7_000);
  expect(await ask(container.url, ONE, agent)).toMatchObject({ status: 200, isReused: true });
  agent.destroy();
});

test('its log is JSON, and carries the id that the request came with', async () => {
  container = await startContainer(engine, ref);
  await fetch(container.url + PREDICT_PATH, { method: 'POST', body: ONE, headers: { 'x-request-id': 'from-the-gateway-1' } });
  const lines = (await docker(engine, ['logs', container.name])).trim().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries).toContainEqual(
    expect.objectContaining({ message: 'request', request_id: 'from-the-gateway-1', method: 'POST', path: PREDICT_PATH, status: 200 }),
  );
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Whether the connection had carried a request before. */
  readonly isReused: boolean;
}

/** One POST /predict; an answer that was cut off has status 0. */
function ask(url: string, body: string, agent?: Agent): Promise<Answer> {
  return new Promise((resolve) => {
    const lost = (error: Error) => resolve({ status: 0, headers: {}, text: String(error), isReused: call.reusedSocket });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = request(url + PREDICT_PATH, { method: 'POST', headers, ...(agent ? { agent } : {}) }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', lost);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text, isReused: call.reusedSocket }));
    });
    call.on('error', lost);
    call.end(body);
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEALTH_PATH, PREDICT_PATH } from '@modelyard/core';
import { lockRequirements, pythonOf, runModule, runProcess, setUpEnvironment } from '@modelyard/python';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LESSON_BODY } from './journey.ts';
import { pythonWorld, trainedService } from './service-image.ts';

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'modelyard-telemetry-'));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

test('with its two packages locked and the standard variables set, a served request arrives as a span', async () => {
  const service = await trainedService(scratch, { name: 'churn', framework: 'custom' });
  const file = join(service.directory, 'requirements.in');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('# opentelemetry-', 'opentelemetry-'));
  const world = pythonWorld(scratch);
  await lockRequirements(service, world, { upgrade: false, shared: [] });
  await setUpEnvironment(service, world);
  expect(await runModule(service, 'src.parity', [], world)).toBe(0);
  const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-rs', 'tests/test_tracing.py'];
  const asked = { command: pythonOf(service, false), args, cwd: service.directory, env: world.env, output: 'capture' } as const;
  const { code, output } = await runProcess(asked);
  expect([code, output.includes('skipped')], output).toEqual([0, false]);

  const received = await serveOnce(pythonOf(service, false), service.directory);
  for (const part of ['telemetry-e2e-1', `POST ${PREDICT_PATH}`, 'http.response.status_code', 'churn']) expect(received).toContain(part);
});

/** Serves with a receiver of traces beside it, asks once, ends with SIGTERM; gives what the receiver got, as text. */
async function serveOnce(python: string, directory: string): Promise<string> {
  let received = '';
  const receiver = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (received += chunk.toString('latin1'))).on('end', () => response.end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const port = 18_790;
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}` };
  const served = spawn(python, ['-m', 'uvicorn', 'src.api.app:app', '--port', String(port)], { cwd: directory, env, stdio: 'ignore' });
  try {
    const url = `http://127.0.0.1:${port}`;
    await ready(url + HEALTH_PATH);
    const headers = { 'x-request-id': 'telemetry-e2e-1' };
    expect((await fetch(url + PREDICT_PATH, { method: 'POST', body: JSON.stringify(LESSON_BODY), headers })).status).toBe(200);
  } finally {
    const ended = once(served, 'exit');
    served.kill('SIGTERM');
    await ended;
    receiver.close();
  }
  return received;
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    await sleep(100);
  }
  throw new Error(`${url} did not become ready`);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseServiceSpec, unwrap } from '@modelyard/core';
import { type DeployRequest, deployService, terminalWorld } from '@modelyard/deploy';
import { expect, inject, test } from 'vitest';

const SPEC = 'name: churn\npython: "3.11"\nframework: sklearn\nmodel: { path: models/churn_model.pkl }\n';

function requestFor(namespace: string, image: string): DeployRequest {
  const { context, kubeconfigPath } = inject('cluster');
  return {
    service: 'churn',
    environment: { name: 'test', context, namespace, createNamespace: true, protected: false, delivery: 'push' },
    kubeconfigs: [kubeconfigPath],
    spec: unwrap(parseServiceSpec(SPEC, 'model-service.yaml')),
    image: { ref: image, id: `sha256:${image}` },
    dryRun: false,
    yes: false,
    timeoutSeconds: 60,
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  said(text: string): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** A command as the CLI runs it, in a process of its own. */
function start(...args: readonly string[]): Running {
  const file = join(import.meta.dirname, 'testing/session-child.ts');
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const said = (text: string) => expect.poll(() => lines.join('\n'), { timeout: 60_000 }).toContain(text);
  return { child, lines, said, ended };
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s stops a deploy, which says what stays and gives its lock back', async (signal) => {
  const namespace = `interrupted-${signal.toLowerCase()}`;
  const running = start(JSON.stringify(requestFor(namespace, 'simulate-not-ready:1')));
  await running.said('"type":"waiting"');
  running.child.kill(signal);
  expect(await running.ended).toBe(130);
  const last = JSON.parse(running.lines.at(-1) ?? '{}');
  expect(last).toMatchObject({ type: 'failed', problems: [{ code: 'interrupted', where: `deployment/churn in ns/${namespace}` }] });
  // It would be told of the lock if that were still held.
  const world = terminalWorld({ env: {}, output: 'json', colours: false, print: () => undefined });
  expect(await deployService(requestFor(namespace, 'churn:1'), world)).toMatchObject({ outcome: 'deployed' });
});

test('a deploy whose reader goes away ends as if it was interrupted, and gives its lock back', async () => {
  const running = start(JSON.stringify(requestFor('unread', 'simulate-not-ready:1')));
  await running.said('"type":"started"');
  running.child.stdout?.destroy();
  expect(await running.ended).toBe(130);
  const world = terminalWorld({ env: {}, output: 'json', colours: false, print: () => undefined });
  expect(await deployService(requestFor('unread', 'churn:1'), world)).toMatchObject({ outcome: 'deployed' });
});

test('the second Ctrl-C means now', async () => {
  const running = start();
  await running.said('stuck');
  running.child.kill('SIGINT');
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(130);
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProblemError } from '@modelyard/core';
import { inject } from 'vitest';
import { parse, stringify } from 'yaml';
import { connectCluster } from '../cluster/index.ts';
import type { DeployRequest } from '../deploy-request.ts';
import type { DeployEvent } from '../report/index.ts';
import { systemClock } from '../system-clock.ts';
import type { World } from '../world.ts';
import { type SpecSource, specOf } from './specs.ts';

/** What a kubeconfig of a test says, as far as tests change it. */
interface Kubeconfig {
  readonly clusters: { cluster: Record<string, unknown> & { server: string } }[];
  readonly users: { user: Record<string, unknown> }[];
  readonly [key: string]: unknown;
}

/** A deploy of the churn service to the test's own namespace on the real API server. */
export function requestFor(namespace: string, source: SpecSource = {}, more: Partial<DeployRequest> = {}): DeployRequest {
  const { context, kubeconfigPath } = inject('cluster');
  return {
    service: 'churn',
    environment: { name: 'test', context, namespace, createNamespace: true, protected: false, delivery: 'push' },
    kubeconfigs: [kubeconfigPath],
    spec: specOf(source),
    image: { ref: 'churn:1', id: 'sha256:1' },
    dryRun: false,
    yes: false,
    timeoutSeconds: 60,
    ...more,
  };
}

/** A world with the real clock and the real cluster, that keeps what is reported. */
export function recordingWorld(): World & { readonly events: DeployEvent[] } {
  const events: DeployEvent[] = [];
  return { clock: systemClock, connect: connectCluster, report: (event) => events.push(event), holder: 'test', events };
}

/** The problems that an action ends with; an error of its own when it succeeds. */
export async function problemsOf(action: Promise<unknown>): Promise<ProblemError> {
  const error = await action.then(
    () => new Error('no problem came up'),
    (reason: unknown) => reason,
  );
  if (error instanceof ProblemError) return error;
  throw error;
}

/** A copy of the cluster's kubeconfig with changes; it is removed when the callback ends. */
export async function withKubeconfig<T>(change: (config: Kubeconfig) => void, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-kubeconfig-'));
  try {
    const config = parse(await readFile(inject('cluster').kubeconfigPath, 'utf8')) as Kubeconfig;
    change(config);
    const file = join(folder, 'config');
    await writeFile(file, stringify(config));
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A relay before the API server that counts connections; TLS passes through it untouched. */
export async function withCountingRelay<T>(use: (address: string, opened: () => number) => Promise<T>): Promise<T> {
  const target = new URL(inject('cluster').server);
  let opened = 0;
  const relay = createServer((socket) => {
    opened++;
    const upstream = connect(Number(target.port), target.hostname);
    socket.pipe(upstream).pipe(socket);
    for (const end of [socket, upstream]) end.on('error', () => [socket, upstream].map((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`https://127.0.0.1:${(relay.address() as AddressInfo).port}`, () => opened);
  } finally {
    relay.close();
  }
}
